"""Sessions that go on: whose, since when, and ending them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from chamberlain.model.entrance import LiveSession
from chamberlain.store.models import User
from chamberlain.store.models.sign_in import SessionRow
from chamberlain.store.session_store import digest_of

HANDLE = 16


def live(user_id: UUID, *, idle_since: datetime, begun_since: datetime) -> tuple[LiveSession, ...]:
    """A person's sessions, the one that was used last first; without those that are over and were not swept yet."""
    rows = SessionRow.objects.filter(user_id=user_id, seen_at__gte=idle_since, started_at__gte=begun_since)
    return tuple(
        LiveSession(row.session_key[:HANDLE], row.way, row.started_at, row.seen_at, row.ip, row.agent)
        for row in rows.order_by("-seen_at")
        if row.started_at is not None and row.seen_at is not None
    )


def handle_of(key: str) -> str:
    """The handle of the session with this key."""
    return digest_of(key)[:HANDLE]


def end(user_id: UUID, *, handle: str) -> int:
    """Ends one of a person's sessions; tells how many that were."""
    if len(handle) != HANDLE:
        return 0
    return SessionRow.objects.filter(user_id=user_id, session_key__startswith=handle).delete()[0]


def end_all(user_id: UUID, *, but: str = "") -> int:
    """Ends a person's sessions, `but` the one with this handle; tells how many that were."""
    rows = SessionRow.objects.filter(user_id=user_id)
    return (rows.exclude(session_key__startswith=but) if but else rows).delete()[0]


def end_begun_before(user_id: UUID, moment: datetime) -> int:
    """Ends those of a person's sessions that began before; tells how many that were."""
    return SessionRow.objects.filter(user_id=user_id, started_at__lt=moment).delete()[0]


def sweep(now: datetime) -> int:
    """Forgets sessions that expired."""
    return SessionRow.objects.filter(expire_date__lt=now).delete()[0]


def people_with_sessions(tenant_guid: UUID) -> tuple[User, ...]:
    """Those of a tenant who have any session."""
    return tuple(User.objects.filter(tenant_guid=tenant_guid, sessions__isnull=False).distinct())


def by_object(people: Iterable[User]) -> dict[UUID, User]:
    """The same by their id in Entra."""
    return {user.object_guid: user for user in people}
