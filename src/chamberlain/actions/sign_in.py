"""Sign in with a link that works once."""

import secrets
from datetime import timedelta
from uuid import UUID

from chamberlain import clock
from chamberlain.actions.entering import guarded, note_signed_in
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.entrance import SignInWay
from chamberlain.policy.authority import Deed, require
from chamberlain.store import users
from chamberlain.store.connection import transaction

LINK_LASTS = timedelta(hours=24)


def issue_sign_in_link(*, actor: Actor, root: str, name: str = "Administrator") -> str:
    """A URL that signs the local administrator `name` in, once, within a day.

    What is secret stands behind its #: browsers keep that to themselves, and so it is in no log on the way.

    root     the address of the web application, without a trailing slash
    raises   Refused("not_allowed")
    """
    require(actor, Deed.ISSUE_SIGN_IN_LINK)
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with transaction():
        user_id = users.local_administrator(name=name, now=now)
        users.save_link(token=token, user_id=user_id, now=now, lasts=LINK_LASTS)
        record(EventName.SIGN_IN_LINK_ISSUED, actor=actor, tenant_id=None, subject=str(user_id))
    return f"{root}/sign-in/link#{token}"


def redeem_sign_in_link(*, link: str) -> UUID:
    """The user whom the link signs in; the link is used up.

    link    the whole of it, or what stands behind its #
    raises  Refused("sign_in_link_invalid")
    """
    token = link.rpartition("#")[2].strip()
    return guarded(lambda: _redeemed(token), way=SignInWay.LINK)


def _redeemed(token: str) -> UUID:
    with transaction():
        user = users.use_link(token=token, now=clock.now())
        return note_signed_in(user, SignInWay.LINK)
