"""The tenant at a glance: dashboard, licences, search."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chamberlain.model.actor import Actor
from chamberlain.model.holding import ServicePlan
from chamberlain.model.kind import Kind
from chamberlain.model.run import Run
from chamberlain.model.tenant import Connection, Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.seats import taken_seats, usable_seats
from chamberlain.queries.people import PersonRow, first_people, list_departments
from chamberlain.queries.permissions import PermissionRow, count_permissions, first_permissions
from chamberlain.store import runs, tenants
from chamberlain.store.reads import holdings, overview, permissions
from chamberlain.store.snapshot import snapshot


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence (SKU) of the tenant, in seats.

    bought     usable seats: enabled + in grace (warning)
    assigned   seats that Microsoft counts as consumed
    idle       bought - assigned; negative: over-assigned
    blocked    seats held by blocked accounts; errors: people whom Microsoft could not give it
    free       a free SKU with practically endless seats: idle seats mean nothing
    status     Microsoft's capability status, e.g. "Enabled", "Warning", "Suspended"
    """

    key: str
    name: str
    part_number: str
    status: str
    bought: int
    assigned: int
    idle: int
    suspended: int
    blocked: int
    errors: int
    free: bool
    plans: tuple[ServicePlan, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The dashboard's figures. `as_of` is the end of the last complete sync; None before the first."""

    tenant: Tenant
    connection: Connection | None
    as_of: datetime | None
    last_run: Run | None
    people: int
    guests: int
    blocked: int
    admins: int
    blocked_with_licence: int
    permissions: dict[Kind, int]
    licences: tuple[LicenceRow, ...]
    departments: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best few people and permissions for some words."""

    people: tuple[PersonRow, ...]
    permissions: tuple[PermissionRow, ...]


@snapshot()
def show_overview(*, viewer: Actor, tenant: Tenant) -> Overview:
    """The figures of the dashboard."""
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    figures = overview.figures(tenant_id=tenant.id)
    latest = runs.latest(tenant_id=tenant.id, limit=1)
    return Overview(
        tenant=tenant,
        connection=tenants.connection_of(tenant.id),
        as_of=tenants.synced_at(tenant.id),
        last_run=latest[0] if latest else None,
        people=figures["people"],
        guests=figures["guests"],
        blocked=figures["blocked"],
        admins=figures["admins"],
        blocked_with_licence=figures["blocked_with_licence"],
        permissions=count_permissions(viewer=viewer, tenant=tenant),
        licences=list_licences(viewer=viewer, tenant=tenant),
        departments=list_departments(viewer=viewer, tenant=tenant),
    )


@snapshot()
def list_licences(*, viewer: Actor, tenant: Tenant) -> tuple[LicenceRow, ...]:
    """Every licence, those with most idle seats first, free ones last."""
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    found = permissions.licences(tenant_id=tenant.id)
    plans = holdings.plans(tenant_id=tenant.id, skus=[row["guid"] for row in found])
    licences = [_licence_row(row, plans.get(row["guid"], [])) for row in found]
    return tuple(sorted(licences, key=lambda one: (one.free, -one.idle, one.name)))


@snapshot()
def search(*, viewer: Actor, tenant: Tenant, text: str, limit: int = 8) -> SearchResult:
    """People and permissions whose words begin with the words of `text`."""
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    if not text.strip():
        return SearchResult((), ())
    return SearchResult(
        first_people(viewer=viewer, tenant=tenant, text=text, size=limit),
        first_permissions(viewer=viewer, tenant=tenant, text=text, size=limit),
    )


def _licence_row(row: dict[str, Any], plans: list[dict[str, Any]]) -> LicenceRow:
    facts = row["facts"]
    bought = usable_seats(facts) or 0
    assigned = taken_seats(facts)
    return LicenceRow(
        key=row["key"],
        name=row["name"],
        part_number=facts.get("part_number", ""),
        status=facts.get("status", ""),
        bought=bought,
        assigned=assigned,
        idle=bought - assigned,
        suspended=facts.get("suspended", 0),
        blocked=row["blocked"],
        errors=row["errors"],
        free=facts.get("free", False),
        plans=tuple(ServicePlan(plan["key"], plan["name"], enabled=True) for plan in plans),
    )
