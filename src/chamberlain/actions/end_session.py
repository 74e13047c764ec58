"""End sessions: one's own, one or all of them; those of somebody else; and those that are over."""

from uuid import UUID

from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.entrance import Ending
from chamberlain.policy.authority import Deed, require
from chamberlain.store import sessions
from chamberlain.store.connection import transaction


def end_own_session(*, actor: Actor, handle: str) -> bool:
    """Ends one of the actor's own sessions; False where they have no such session."""
    with transaction():
        ended = sessions.end(UUID(actor.id), handle=handle)
        if ended:
            _record(actor, Ending.ENDED_ELSEWHERE, ended)
    return ended > 0


def end_own_sessions(*, actor: Actor, but: str) -> int:
    """Ends all of the actor's own sessions but the one with this handle; tells how many."""
    with transaction():
        ended = sessions.end_all(UUID(actor.id), but=but)
        if ended:
            _record(actor, Ending.ENDED_ELSEWHERE, ended)
    return ended


def end_sessions_of(*, actor: Actor, person: UUID) -> int:
    """Ends all sessions of somebody, for example when a device was lost; tells how many. Their tokens stay.

    raises  Refused("not_allowed")
    """
    require(actor, Deed.GRANT_ROLES)
    with transaction():
        ended = sessions.end_all(person)
        if ended:
            record(
                EventName.SESSION_ENDED,
                actor=actor,
                tenant_id=None,
                subject=str(person),
                by=Ending.BY_ADMINISTRATOR.value,
                sessions=ended,
            )
    return ended


def note_session_over(*, actor: Actor, why: Ending) -> None:
    """Leaves the trace of a session that the browser wing ended: by sign-out, idle, or too old."""
    with transaction():
        _record(actor, why, 1)


def _record(actor: Actor, why: Ending, count: int) -> None:
    record(EventName.SESSION_ENDED, actor=actor, tenant_id=None, subject=actor.id, by=why.value, sessions=count)
