"""What changes of one's own sign-in have in common: only local accounts have one, and it takes a fresh sign-in."""

from datetime import datetime, timedelta
from uuid import UUID

from chamberlain import clock
from chamberlain.actions.limit_rate import limit_rate
from chamberlain.audit.event import EventName, record
from chamberlain.errors import Refused
from chamberlain.model.actor import Actor, ActorKind
from chamberlain.policy.rate import Rate
from chamberlain.store import local_accounts
from chamberlain.store.connection import transaction

LONGEST_PASSWORD = 200
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


def prove_password(actor: Actor, *, user_id: UUID, password: str) -> None:
    """Nothing, where this is the actor's present password. Guesses count as attempts to sign in, and leave a trace.

    raises  NotFound("code_not_found") where none is set, Refused("password_wrong" | "too_many_requests")
    """
    limit_rate(Rate.SIGN_IN_BY_ACCOUNT, key=actor.name.strip().lower())
    if local_accounts.has_password(user_id, password[:LONGEST_PASSWORD]):
        return
    refusal = Refused("password_wrong")
    with transaction():
        record(
            EventName.SIGN_IN_REFUSED,
            actor=actor,
            tenant_id=None,
            subject=str(user_id),
            by="present_password",
            error=refusal.code,
        )
    raise refusal
