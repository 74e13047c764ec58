"""What changes of one's own sign-in have in common: only local accounts have one, and it takes a fresh sign-in."""

from datetime import datetime, timedelta
from uuid import UUID

from chamberlain import clock
from chamberlain.errors import Refused
from chamberlain.model.actor import Actor, ActorKind
from chamberlain.store import local_accounts

FRESH = timedelta(minutes=15)


def own_account(actor: Actor, *, signed_in_at: datetime | None) -> UUID:
    """The actor's own local account.

    signed_in_at  when this session began: who finds an open browser must not give themselves a key
    raises        Refused("not_allowed"), Refused("not_local"), Refused("sign_in_again")
    """
    if actor.kind is not ActorKind.PERSON:
        raise Refused("not_allowed", deed="own_account")
    user_id = UUID(actor.id)
    if actor.account is not None or not local_accounts.is_local(user_id):
        raise Refused("not_local")
    if signed_in_at is None or clock.now() - signed_in_at > FRESH:
        raise Refused("sign_in_again", minutes=int(FRESH.total_seconds() // 60))
    return user_id
