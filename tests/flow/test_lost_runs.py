"""A run that nobody performs any more ends, and does not block the next one."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chamberlain import clock
from chamberlain.actions.perform_sync import begin, end
from chamberlain.actions.start_sync import job_of, start_sync
from chamberlain.bench.simulated import Simulated
from chamberlain.model.run import PhaseName, RunState, Trigger
from chamberlain.model.tenant import ConnectionState
from chamberlain.queries.connections import find_run
from chamberlain.settings import Settings
from chamberlain.store.models import ConnectionRow, EventRow, PhaseRow, RunRow
from chamberlain.store.runs import MOST_ATTEMPTS
from chamberlain.work.schedule import LOST_AFTER, end_lost_runs, start_due_syncs
from chamberlain.work.sync_tenant import sync_tenant
from stories import ADMIN, connect, connect_and_sync, perform

pytestmark = pytest.mark.usefixtures("world")


def test_a_run_whose_job_is_over_is_ended(golden: Simulated, pointed: Callable[[Simulated], Settings]) -> None:
    tenant = connect_and_sync(golden, pointed(golden))
    run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    job = job_of(tenant.id, run_id)
    end_lost_runs(is_over=lambda asked: asked == job)
    assert find_run(viewer=ADMIN, tenant=tenant, run_id=run_id).state is RunState.QUEUED  # it is too young to be lost
    RunRow.objects.filter(id=run_id).update(queued_at=clock.now() - 2 * LOST_AFTER)
    end_lost_runs(is_over=lambda _asked: False)
    assert find_run(viewer=ADMIN, tenant=tenant, run_id=run_id).state is RunState.QUEUED
    end_lost_runs(is_over=lambda asked: asked == job)
    run = find_run(viewer=ADMIN, tenant=tenant, run_id=run_id)
    assert (run.state, run.error_code) == (RunState.FAILED, "job_lost")
    assert perform(tenant, pointed(golden)).state is RunState.SUCCEEDED


def test_a_phase_that_brings_every_worker_down_is_given_up(
    golden: Simulated, pointed: Callable[[Simulated], Settings]
) -> None:
    settings = pointed(golden)
    tenant = connect_and_sync(golden, settings)
    run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    PhaseRow.objects.filter(run_id=run_id, name=PhaseName.GROUPS.value).update(attempts=MOST_ATTEMPTS)
    run = perform(tenant, settings)
    assert run.id == run_id
    assert (run.state, run.error_code) == (RunState.FAILED, "phase_kept_crashing")


def test_a_sync_is_started_when_the_last_one_is_long_ago(
    golden: Simulated, pointed: Callable[[Simulated], Settings]
) -> None:
    settings = pointed(golden).model_copy(update={"sync_interval_minutes": 60})
    tenant = connect_and_sync(golden, settings)

    def scheduled() -> int:
        return RunRow.objects.filter(tenant_id=tenant.id, trigger=Trigger.SCHEDULE.value).count()

    start_due_syncs(settings=settings)
    assert scheduled() == 0
    RunRow.objects.filter(tenant_id=tenant.id).update(queued_at=clock.now() - timedelta(minutes=61))
    start_due_syncs(settings=settings.model_copy(update={"sync_interval_minutes": 0}))
    assert scheduled() == 0
    start_due_syncs(settings=settings)
    start_due_syncs(settings=settings)
    assert scheduled() == 1
    perform(tenant, settings)


def test_ending_a_run_again_changes_nothing(golden: Simulated, pointed: Callable[[Simulated], Settings]) -> None:
    settings = pointed(golden)
    tenant = connect_and_sync(golden, settings)
    run_id = perform(tenant, settings).id
    before = EventRow.objects.filter(tenant_id=tenant.id).count()
    end(run_id, None)
    assert EventRow.objects.filter(tenant_id=tenant.id).count() == before


def test_a_run_does_not_judge_a_connection_that_was_made_after_it(
    golden: Simulated, pointed: Callable[[Simulated], Settings]
) -> None:
    tenant = connect_and_sync(golden, pointed(golden))
    run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    begin(run_id)
    connect(golden)
    end(run_id, ("secret_expired", {}))
    row = ConnectionRow.objects.get(tenant_id=tenant.id)
    assert (row.state, row.error_code) == (ConnectionState.CONNECTED.value, None)
    assert row.client_secret == golden.own_client_secret


def test_a_job_whose_run_was_given_up_does_nothing(golden: Simulated, pointed: Callable[[Simulated], Settings]) -> None:
    settings = pointed(golden)
    tenant = connect_and_sync(golden, settings)
    run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    end(run_id, ("job_lost", {"run_id": str(run_id)}))
    steps: list[str] = []

    def do(step: str, deed: Callable[..., object], *values: object) -> object:
        steps.append(step)
        return deed(*values)

    sync_tenant(do, run_id=run_id, settings=settings)
    assert steps == ["begin"]
    assert find_run(viewer=ADMIN, tenant=tenant, run_id=run_id).error_code == "job_lost"
