"""Sign in to a local account with its password and a one-time code, or a recovery code in its place."""

from uuid import UUID

from chamberlain import clock
from chamberlain.actions.entering import guarded, note_signed_in
from chamberlain.errors import Refused
from chamberlain.model.entrance import SignInWay
from chamberlain.policy import one_time_code
from chamberlain.store import local_accounts
from chamberlain.store.connection import transaction

LONGEST = 200


def sign_in_with_code(*, name: str, password: str, code: str) -> UUID:
    """The user who has this name, this password and this code; the code is used up.

    raises  Refused("sign_in_wrong"), the same whatever is wrong; Refused("too_many_requests")
    """
    account = name.strip().replace("\x00", "")[:LONGEST]
    return guarded(lambda: _checked(account, password[:LONGEST], code), way=SignInWay.CODE, account=account or "-")


def _checked(name: str, password: str, code: str) -> UUID:
    now = clock.now()
    with transaction():
        found = local_accounts.with_password(name, password)
        if found is None:
            raise Refused("sign_in_wrong")
        user, kept = found
        step = one_time_code.step_of(code, secret=str(kept.secret), now=now, last_step=kept.last_step)
        if step is not None:
            local_accounts.use_step(kept, step)
            return note_signed_in(user, SignInWay.CODE)
        if local_accounts.use_recovery_code(user.id, one_time_code.plain_recovery_code(code), now=now):
            return note_signed_in(user, SignInWay.RECOVERY)
        raise Refused("sign_in_wrong")
