"""What is looked after now and then: syncs that are due, runs that nobody performs any more."""

from collections.abc import Callable
from datetime import timedelta

from chamberlain import clock
from chamberlain.actions.perform_sync import end
from chamberlain.actions.start_sync import job_of, start_sync
from chamberlain.errors import Conflict
from chamberlain.model.actor import SYSTEM
from chamberlain.model.run import Trigger
from chamberlain.settings import Settings
from chamberlain.store import runs, tenants

LOST_AFTER = timedelta(minutes=1)


def end_lost_runs(*, is_over: Callable[[str], bool]) -> None:
    """Ends open runs whose job has ended without ending them, so that they do not block the tenant's next sync.

    is_over  tells of a job's id whether that job has ended or is unknown
    """
    for tenant_id, run_id in runs.open_since(clock.now() - LOST_AFTER):
        if is_over(job_of(tenant_id, run_id)):
            end(run_id, ("job_lost", {"run_id": str(run_id)}))


def start_due_syncs(*, settings: Settings) -> None:
    """One sync for every connected tenant whose last one is longer ago than the interval."""
    if settings.sync_interval_minutes == 0:
        return
    before = clock.now() - timedelta(minutes=settings.sync_interval_minutes)
    for tenant_id in runs.tenants_due(before=before):
        try:
            start_sync(actor=SYSTEM, tenant=tenants.by_id(tenant_id), trigger=Trigger.SCHEDULE)
        except Conflict:
            continue  # somebody else started it between our two looks
