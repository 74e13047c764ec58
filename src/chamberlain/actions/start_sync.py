"""Start a sync of a tenant."""

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.jobs.port import enqueue
from chamberlain.model.actor import Actor
from chamberlain.model.run import Mode, Trigger
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.store import runs
from chamberlain.store.connection import transaction

SYNC_JOB = "sync_tenant"


def start_sync(*, actor: Actor, tenant: Tenant, trigger: Trigger, mode: Mode | None = None) -> int:
    """The id of a queued run; a worker takes it from here, whatever happens to this process.

    mode    how it should read; None: changes where that is possible, everything otherwise

    raises  Refused("not_allowed"), Conflict("sync_running", run_id=...)
    """
    require(actor, Deed.SYNC, tenant_id=tenant.id)
    with transaction():
        run_id = runs.create(tenant_id=tenant.id, trigger=trigger, actor_name=actor.name, now=clock.now(), asked=mode)
        record(EventName.SYNC_STARTED, actor=actor, tenant_id=tenant.id, subject=f"run:{run_id}", trigger=trigger.value)
        enqueue(SYNC_JOB, {"run_id": run_id}, id=job_of(tenant.id, run_id), tenant_id=tenant.id)
    return run_id


def job_of(tenant_id: int, run_id: int) -> str:
    """The id of the job that performs a run: one per story, tenant and row."""
    return f"sync:{tenant_id}:{run_id}"
