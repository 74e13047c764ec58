"""Sessions that go on: whose, since when, and ending them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from chamberlain.model.entrance import LiveSession
from chamberlain.store.models import ApiTokenRow, User
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


def people_present(tenant_guid: UUID, *, now: datetime) -> tuple[User, ...]:
    """Those of a tenant who have a session, or a token of the API that is good."""
    return tuple(User.objects.filter(_present(now), tenant_guid=tenant_guid).distinct())


def notice(tenant_guid: UUID, *, people: Collection[UUID], now: datetime) -> None:
    """Notes that Microsoft told of these people; who is not signed in here is left out."""
    User.objects.filter(tenant_guid=tenant_guid, object_guid__in=people).update(noticed_at=now)


def noticed(*, now: datetime, again: timedelta, lasts: timedelta) -> tuple[User, ...]:
    """People present who were told of and not looked at since, and, once more, `again` later.

    lasts  whoever was told of longer ago is left to the syncs
    """
    settled = Q(noticed_at__lte=now - again, looked_at__lt=F("noticed_at") + again)
    fresh = Q(looked_at__isnull=True) | Q(looked_at__lt=F("noticed_at")) | settled
    found = User.objects.filter(fresh, _present(now), noticed_at__gt=now - lasts).distinct()
    return tuple(found.order_by("tenant_guid", "noticed_at"))


def looked(people: Collection[User], *, at: datetime) -> None:
    """Notes that Microsoft was asked about these people then."""
    User.objects.filter(id__in=[user.id for user in people]).update(looked_at=at)


def _present(now: datetime) -> Q:
    return Q(sessions__isnull=False) | Q(apitokenrow__revoked_at__isnull=True, apitokenrow__expires_at__gt=now)


def revoke_tokens(user_id: UUID, *, now: datetime) -> tuple[int, ...]:
    """Revokes a person's tokens of the API; tells which those were."""
    rows = ApiTokenRow.objects.select_for_update().filter(user_id=user_id, revoked_at__isnull=True)
    found = tuple(rows.values_list("id", flat=True))
    ApiTokenRow.objects.filter(id__in=found).update(revoked_at=now)
    return found
