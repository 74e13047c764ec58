"""Which tenants are connected, how, and how their syncs went."""

from dataclasses import dataclass
from datetime import datetime

from chamberlain.errors import Conflict, NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.notice import Hearing
from chamberlain.model.run import Run
from chamberlain.model.tenant import Connection, Tenant
from chamberlain.policy.authority import Deed, may, require, require_somewhere
from chamberlain.queries.hearing import show_hearings
from chamberlain.store import runs, tenants


@dataclass(frozen=True, slots=True)
class Standing:
    """A connection and how its syncs go, as the frame around every page tells."""

    connection: Connection
    running: Run | None
    last_success: datetime | None
    last_run: Run | None


@dataclass(frozen=True, slots=True)
class Integration(Standing):
    """A card on the integrations page."""

    hearing: Hearing


def list_tenants(*, viewer: Actor) -> tuple[Tenant, ...]:
    """Tenants the viewer may see, by name; without those that are being forgotten."""
    found = (one for one in tenants.all_tenants() if not one.is_leaving)
    return tuple(one for one in found if may(viewer, Deed.SEE_TENANT, tenant_id=one.id))


def find_tenant(*, viewer: Actor, slug: str) -> Tenant:
    """A tenant by slug, GUID or domain.

    raises  NotFound("tenant_not_found"), also where the viewer has no role in it: that it exists is not told either;
            Conflict("tenant_leaving") while it is being forgotten
    """
    found = tenants.find(slug)
    if not may(viewer, Deed.SEE_TENANT, tenant_id=found.id):
        raise NotFound("tenant_not_found", slug=slug)
    if found.is_leaving:
        raise Conflict("tenant_leaving")
    return found


def choose_tenant(*, viewer: Actor, slug: str | None) -> Tenant:
    """The named tenant; without a name the only one there is.

    raises  NotFound("tenant_not_found"), NotFound("no_tenant"), Conflict("tenant_ambiguous")
    """
    if slug is not None:
        return find_tenant(viewer=viewer, slug=slug)
    found = list_tenants(viewer=viewer)
    if not found:
        raise NotFound("no_tenant")
    if len(found) > 1:
        raise Conflict("tenant_ambiguous", candidates=", ".join(tenant.slug for tenant in found))
    return found[0]


def list_integrations(*, viewer: Actor) -> tuple[Integration, ...]:
    """Every connection that the viewer may see, by tenant name.

    raises  Refused("not_allowed") for those who may see none, whatever there is
    """
    require_somewhere(viewer, Deed.SEE_CONNECTION)
    latest, synced = runs.latest_by_tenant(), tenants.synced_by_tenant()
    found = tuple(one for one in tenants.all_connections() if may(viewer, Deed.SEE_CONNECTION, tenant_id=one.tenant.id))
    hearings = show_hearings(viewer=viewer, tenant_ids=[one.tenant.id for one in found])
    return tuple(
        _integration(
            one,
            last=latest.get(one.tenant.id),
            synced_at=synced.get(one.tenant.id),
            hearing=hearings[one.tenant.id],
        )
        for one in found
    )


def find_integration(*, viewer: Actor, tenant: Tenant) -> Integration | None:
    """The connection of one tenant; None where it has none."""
    standing = find_standing(viewer=viewer, tenant=tenant)
    if standing is None:
        return None
    return Integration(
        connection=standing.connection,
        running=standing.running,
        last_success=standing.last_success,
        last_run=standing.last_run,
        hearing=show_hearings(viewer=viewer, tenant_ids=[tenant.id])[tenant.id],
    )


def find_standing(*, viewer: Actor, tenant: Tenant) -> Standing | None:
    """The same without how the tenant is listened to, which costs questions of its own."""
    require(viewer, Deed.SEE_TENANT, tenant_id=tenant.id)
    found = tenants.standing_of(tenant.id)
    if found is None:
        return None
    connection, synced_at = found
    latest = runs.latest(tenant_id=tenant.id, limit=1)
    last = latest[0] if latest else None
    return Standing(
        connection=connection,
        running=last if last and not last.is_over else None,
        last_success=synced_at,
        last_run=last,
    )


def list_runs(*, viewer: Actor, tenant: Tenant, limit: int = 50, before: int | None = None) -> tuple[Run, ...]:
    """Sync runs of a tenant, newest first; with `before`, those that are older than this one."""
    require(viewer, Deed.SEE_RUNS, tenant_id=tenant.id)
    return runs.latest(tenant_id=tenant.id, limit=limit, before=before)


def find_run(*, viewer: Actor, tenant: Tenant, run_id: int) -> Run:
    """One run with its phases.

    raises  NotFound("run_not_found")
    """
    require(viewer, Deed.SEE_RUNS, tenant_id=tenant.id)
    return runs.find(tenant_id=tenant.id, run_id=run_id)


def _integration(
    connection: Connection, *, last: Run | None, synced_at: datetime | None, hearing: Hearing
) -> Integration:
    return Integration(
        connection=connection,
        running=last if last and not last.is_over else None,
        last_success=synced_at,
        last_run=last,
        hearing=hearing,
    )
