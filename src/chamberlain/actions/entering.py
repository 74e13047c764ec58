"""What the ways to sign in have in common: limits on attempts, and a trace of how each ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from chamberlain import clock
from chamberlain.actions.limit_rate import limit_rate
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.entrance import SignInWay
from chamberlain.policy.rate import Rate
from chamberlain.store import roles, sessions
from chamberlain.store.connection import transaction
from chamberlain.store.models import User

Answer = TypeVar("Answer")
ATTEMPT_LASTS = timedelta(minutes=10)
LONGEST_SUBJECT = 200
STRANGER = Actor(ActorKind.PERSON, "", "")


def guarded(attempt: Callable[[], Answer], *, way: SignInWay, account: str = "") -> Answer:
    """Does it, and leaves a trace in the audit trail where it fails. Too many for one account are not tried at all.

    Attempts of one address are limited before this, at the rim of the browser wing.

    account  whose sign-in it is, as far as that is known before
    raises   Refused("too_many_requests") and what the attempt raises
    """
    if account:
        limit_rate(Rate.SIGN_IN_BY_ACCOUNT, key=account.strip().lower())
    try:
        return attempt()
    except ChamberlainError as error:
        with transaction():
            record(
                EventName.SIGN_IN_REFUSED,
                actor=STRANGER,
                tenant_id=None,
                subject=account[:LONGEST_SUBJECT] or "sign-in",
                by=way.value,
                error=error.code,
            )
        raise


def note_signed_in(user: User, way: SignInWay) -> UUID:
    """The trace of a sign-in; call it inside the transaction that lets them in. Sessions that expired are swept."""
    sessions.sweep(clock.now())
    record(
        EventName.PERSON_SIGNED_IN,
        actor=roles.actor_of(user),
        tenant_id=None,
        subject=str(user.id),
        by=way.value,
    )
    return user.id
