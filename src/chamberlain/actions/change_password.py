"""Change the password of one's own local account; the codes that go with it stay."""

from datetime import datetime

from chamberlain.actions.own_account import own_account, prove_password
from chamberlain.actions.set_up_code import METHOD, require_good
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.store import local_accounts
from chamberlain.store.connection import transaction


def change_password(*, actor: Actor, signed_in_at: datetime | None, present: str, password: str) -> None:
    """From now on `password` signs in, and `present` does not; a fresh sign-in alone is not enough.

    raises  NotFound("code_not_found"), Refused("password_wrong" | "password_short" | "password_common" | "not_local" |
            "sign_in_again" | "too_many_requests")
    source  OWASP ASVS 5.0, 6.2.3 (2025)
    """
    user_id = own_account(actor, signed_in_at=signed_in_at)
    prove_password(actor, user_id=user_id, password=present)
    require_good(password, actor)
    with transaction():
        local_accounts.set_password(user_id, password)
        record(EventName.SIGN_IN_METHOD_CHANGED, actor=actor, tenant_id=None, subject=str(user_id), method=METHOD)
