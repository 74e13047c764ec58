"""Subscriptions to tenants' changes: which there are, and which tenants are to be looked after."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from chamberlain.model.notice import Known, Subscription
from chamberlain.store.connection import rows
from chamberlain.store.models import HearingRow, SubscriptionRow

# One statement, so that of two workers that ask at once one is given the tenant. Every round of a worker asks it; the
# tables have a handful of rows for each tenant.
CLAIM = """
    INSERT INTO hearing AS h (tenant_id, look_at, looked_at, looked_for)
    SELECT c.tenant_id, %(again)s, %(now)s, %(base)s::text
    FROM connection c LEFT JOIN hearing k ON k.tenant_id = c.tenant_id
    WHERE c.state = 'connected'
      AND (%(base)s::text IS NOT NULL OR EXISTS (SELECT FROM subscription s WHERE s.tenant_id = c.tenant_id))
      AND (k.tenant_id IS NULL OR k.look_at <= %(now)s OR k.looked_for IS DISTINCT FROM %(base)s::text
           OR c.connected_at > k.looked_at)
    ON CONFLICT (tenant_id) DO UPDATE
    SET look_at = EXCLUDED.look_at, looked_at = EXCLUDED.looked_at, looked_for = EXCLUDED.looked_for
    WHERE h.look_at IS DISTINCT FROM EXCLUDED.look_at
    RETURNING tenant_id
"""


def of(tenant_id: int) -> tuple[Subscription, ...]:
    """A tenant's subscriptions, users before groups."""
    return tuple(row.value() for row in SubscriptionRow.objects.filter(tenant_id=tenant_id).order_by("-resource"))


def by_tenant() -> dict[int, tuple[Subscription, ...]]:
    """Every tenant's subscriptions, users before groups."""
    found: dict[int, list[Subscription]] = {}
    for row in SubscriptionRow.objects.order_by("-resource"):
        found.setdefault(row.tenant_id, []).append(row.value())
    return {tenant_id: tuple(ones) for tenant_id, ones in found.items()}


def known(microsoft_ids: Collection[str]) -> dict[str, Known]:
    """What notices of these subscriptions have to agree with, by Microsoft's id; strangers are left out."""
    found = SubscriptionRow.objects.filter(microsoft_id__in=list(microsoft_ids))
    values = found.values_list("microsoft_id", "tenant_id", "tenant__guid", "secret_digest")
    return {guid: Known(tenant_id, str(tenant), bytes(digest)) for guid, tenant_id, tenant, digest in values if guid}


def prepare(*, tenant_id: int, resource: str, digest: bytes, base: str, client_id: str) -> None:
    """Writes down what Microsoft will have to repeat, before it is asked for anything."""
    SubscriptionRow.objects.update_or_create(
        tenant_id=tenant_id,
        resource=resource,
        defaults={
            "microsoft_id": None,
            "secret_digest": digest,
            "base": base,
            "client_id": client_id,
            "expires_at": None,
            "renew_at": None,
        },
    )


def hold(
    *, tenant_id: int, resource: str, microsoft_id: str, expires_at: datetime | None, renew_at: datetime | None
) -> None:
    """Microsoft has made or renewed it."""
    SubscriptionRow.objects.filter(tenant_id=tenant_id, resource=resource).update(
        microsoft_id=microsoft_id, expires_at=expires_at, renew_at=renew_at, error_code=None, error_data={}
    )


def fail(*, tenant_id: int, resource: str, error: tuple[str, dict[str, str]]) -> None:
    """The last attempt with it failed."""
    code, data = error
    SubscriptionRow.objects.filter(tenant_id=tenant_id, resource=resource).update(error_code=code, error_data=data)


def drop(*, tenant_id: int, resource: str) -> None:
    """It is wanted no more."""
    SubscriptionRow.objects.filter(tenant_id=tenant_id, resource=resource).delete()


def forget(microsoft_id: str) -> tuple[int, str] | None:
    """Microsoft has ended it; it is still wanted.

    returns  tenant and resource; None where we had forgotten it already
    """
    row = SubscriptionRow.objects.select_for_update().filter(microsoft_id=microsoft_id).first()
    if row is None:
        return None
    row.microsoft_id = row.expires_at = row.renew_at = None
    row.save(update_fields=["microsoft_id", "expires_at", "renew_at"])
    return row.tenant_id, row.resource


def renew_now(microsoft_ids: Sequence[str], *, now: datetime) -> None:
    """These are to be renewed, however long they still live."""
    SubscriptionRow.objects.filter(microsoft_id__in=microsoft_ids).update(renew_at=now)


def claim(*, base: str | None, now: datetime, again: datetime) -> tuple[int, ...]:
    """Connected tenants whose subscriptions want to be looked after now; nobody else is given them before `again`.

    base  the address Microsoft is to call; where it was another one at the last look, the tenant is due
    """
    return tuple(row["tenant_id"] for row in rows(CLAIM, {"now": now, "base": base, "again": again}))


def look_at(tenant_id: int, *, at: datetime | None, failures: int | None = None) -> None:
    """When to look again; None: not before something changes.

    failures  looks in a row that did not get what they wanted; None leaves the number
    """
    values: dict[str, Any] = {"look_at": at} if failures is None else {"look_at": at, "failures": failures}
    HearingRow.objects.filter(tenant_id=tenant_id).update(**values)


def failures_of(tenant_id: int) -> int:
    """How many looks in a row did not get what they wanted."""
    return HearingRow.objects.filter(tenant_id=tenant_id).values_list("failures", flat=True).first() or 0
