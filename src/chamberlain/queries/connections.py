"""Which tenants are connected, how, and how their syncs went."""

from dataclasses import dataclass
from datetime import datetime

from chamberlain.model.actor import Actor
from chamberlain.model.run import Run
from chamberlain.model.tenant import Connection, Tenant


@dataclass(frozen=True, slots=True)
class ScopeNeed:
    """A permission that connecting asks for. `purpose` is a sentence; `unlocks` names what stops without it."""

    scope: str
    purpose: str
    required: bool


@dataclass(frozen=True, slots=True)
class ConnectOffer:
    """What the connect page says before anybody is sent to Microsoft.

    installation_app   whether this installation has its own multi-tenant app registration
    redirect_uri       where Microsoft sends the administrator back to; has to be registered
    """

    installation_app: bool
    redirect_uri: str
    scopes: tuple[ScopeNeed, ...]


@dataclass(frozen=True, slots=True)
class Integration:
    """A card on the integrations page."""

    connection: Connection
    running: Run | None
    last_success: datetime | None
    last_run: Run | None


def list_tenants(*, viewer: Actor) -> tuple[Tenant, ...]:
    """Tenants the viewer may see, by name."""
    raise NotImplementedError


def find_tenant(*, viewer: Actor, slug: str) -> Tenant:
    """A tenant by slug, GUID or domain.

    raises  NotFound("tenant_not_found")
    """
    raise NotImplementedError


def list_integrations(*, viewer: Actor) -> tuple[Integration, ...]:
    """Every connection, by tenant name."""
    raise NotImplementedError


def show_connect_offer(*, viewer: Actor) -> ConnectOffer:
    """What connecting needs and asks for."""
    raise NotImplementedError


def list_runs(*, viewer: Actor, tenant: Tenant, limit: int = 50) -> tuple[Run, ...]:
    """Sync runs of a tenant, newest first."""
    raise NotImplementedError


def find_run(*, viewer: Actor, tenant: Tenant, run_id: int) -> Run:
    """One run with its phases.

    raises  NotFound("run_not_found")
    """
    raise NotImplementedError
