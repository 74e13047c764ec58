"""Stories told without the durable engine: step after step in this process."""

from chamberlain.actions.connect_with_secret import connect_with_secret
from chamberlain.actions.start_sync import start_sync
from chamberlain.bench.simulated import Simulated
from chamberlain.model.actor import Actor, ActorKind, Role
from chamberlain.model.run import Mode, Run, Trigger
from chamberlain.model.tenant import Tenant
from chamberlain.queries.connections import find_run, list_runs
from chamberlain.settings import Settings
from chamberlain.work.sync_tenant import sync_tenant

ADMIN = Actor(ActorKind.PERSON, "00000000-0000-4000-8000-00000000ad01", "Ada Admin", frozenset({Role.ADMINISTRATOR}))
OTHER_ADMIN = Actor(
    ActorKind.PERSON, "00000000-0000-4000-8000-00000000ad02", "Otto Admin", frozenset({Role.ADMINISTRATOR})
)
NOBODY = Actor(ActorKind.PERSON, "00000000-0000-4000-8000-00000000ad03", "Nora Nobody")


def connect(simulator: Simulated) -> Tenant:
    """Connects a simulated tenant through its own registration; its first run is queued, not done."""
    return connect_with_secret(
        actor=ADMIN,
        tenant_id=simulator.tenant_id,
        client_id=simulator.own_client_id,
        client_secret=simulator.own_client_secret,
    )


def perform(tenant: Tenant, settings: Settings, *, mode: Mode | None = None) -> Run:
    """Does the queued run, or a new one where none is queued, which then reads as asked."""
    latest = list_runs(viewer=ADMIN, tenant=tenant, limit=1)
    if latest and not latest[0].is_over:
        run_id = latest[0].id
    else:
        run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON, mode=mode)
    sync_tenant(lambda _step, deed, *values: deed(*values), run_id=run_id, settings=settings)
    return find_run(viewer=ADMIN, tenant=tenant, run_id=run_id)


def connect_and_sync(simulator: Simulated, settings: Settings) -> Tenant:
    """A tenant that is connected and synced."""
    tenant = connect(simulator)
    run = perform(tenant, settings)
    assert run.error_code is None, run.error_data
    return tenant
