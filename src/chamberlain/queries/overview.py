"""The tenant at a glance: dashboard, licences, search."""

from dataclasses import dataclass
from datetime import datetime

from chamberlain.model.actor import Actor
from chamberlain.model.kind import Kind
from chamberlain.model.run import Run
from chamberlain.model.tenant import Connection, Tenant
from chamberlain.queries.people import PersonRow, ServicePlan
from chamberlain.queries.permissions import PermissionRow


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


def show_overview(*, viewer: Actor, tenant: Tenant) -> Overview:
    """The figures of the dashboard."""
    raise NotImplementedError


def list_licences(*, viewer: Actor, tenant: Tenant) -> tuple[LicenceRow, ...]:
    """Every licence, those with most idle seats first, free ones last."""
    raise NotImplementedError


def search(*, viewer: Actor, tenant: Tenant, text: str, limit: int = 8) -> SearchResult:
    """People and permissions whose words begin with the words of `text`."""
    raise NotImplementedError
