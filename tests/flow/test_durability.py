"""kill -9 in the middle of a sync, then a restart: the run is finished, once, and the store equals the truth."""

import json
import signal
import time
from collections.abc import Callable

import pytest

from chamberlain import bootstrap
from chamberlain.actions.start_sync import job_of
from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.jobs.life import LOCK_SPACE
from chamberlain.model.run import Mode, PhaseName, PhaseState, Run, RunState
from chamberlain.model.tenant import Tenant
from chamberlain.queries.connections import find_run, list_runs
from chamberlain.settings import Settings
from chamberlain.store import consents
from chamberlain.store.connection import rows
from chamberlain.store.models import PhaseRow
from stories import ADMIN, connect
from workers import worker

PATIENCE_SECONDS = 300.0  # machines differ; nothing here waits for time to pass
FOREVER = 100_000
LISTINGS = ("GET /users", "GET /groups", "GET /subscribedSkus", "GET /roleManagement/directory/roleAssignments")

CUT_ITS_LIFE = """
    SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN dbos.workflow_status w
      ON l.objid = (hashtext(w.executor_id)::bigint & 4294967295)::oid
    WHERE l.locktype = 'advisory' AND l.classid = %(space)s AND l.objsubid = 2 AND l.granted
      AND w.workflow_uuid = %(job)s
"""
CUT_EVERYTHING = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def wait_for_run(tenant: Tenant, run_id: int, reached: Callable[[Run], bool]) -> Run:
    """Looks at the run until it is as wanted, or too long has passed."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not reached(run := find_run(viewer=ADMIN, tenant=tenant, run_id=run_id)):
        if run.is_over or time.monotonic() > until:
            pytest.fail(f"the run never got there: {run}")
        time.sleep(0.02)
    return run


@pytest.mark.parametrize("phase", [PhaseName.PEOPLE, PhaseName.GROUPS, PhaseName.CHANGES])
def test_a_worker_killed_in_the_middle_of_a_phase_is_taken_over(
    world: bootstrap.World,
    start_tenant: Callable[..., Simulated],
    pointed: Callable[[Simulated], Settings],
    phase: PhaseName,
) -> None:
    seed = {PhaseName.PEOPLE: 41, PhaseName.GROUPS: 42, PhaseName.CHANGES: 43}[phase]
    simulator = start_tenant(users=1_500, groups=300, memberships=9_000, apps=30, seed=seed, latency_ms=60)
    pointed(simulator)
    tenant = connect(simulator)
    run_id = list_runs(viewer=ADMIN, tenant=tenant, limit=1)[0].id

    with worker() as first:
        wait_for_run(tenant, run_id, lambda run: _state(run, phase) is PhaseState.RUNNING)
        first.send_signal(signal.SIGKILL)
    listed = simulator.usage()["by_route"]
    interrupted = find_run(viewer=ADMIN, tenant=tenant, run_id=run_id)
    assert interrupted.state is RunState.RUNNING

    with worker() as second:
        run = wait_for_run(tenant, run_id, lambda run: run.is_over)
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=PATIENCE_SECONDS) == 0
    assert run.state is RunState.SUCCEEDED, json.dumps(run.error_data)
    if phase is PhaseName.CHANGES:  # every listing was read to its end
        again = simulator.usage()["by_route"]
        assert {route: again[route] - listed[route] for route in LISTINGS} == dict.fromkeys(LISTINGS, 0)
    comparison = compare(tenant, simulator.truth("?sample=40"))
    assert comparison.equal, comparison.examples
    assert len(list_runs(viewer=ADMIN, tenant=tenant)) == 1


def test_a_worker_killed_while_it_reads_consents_loses_nothing(
    world: bootstrap.World, start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]
) -> None:
    """Everything else is merged by then, and is not read again."""
    simulator = start_tenant(users=300, groups=60, memberships=900, apps=8, seed=47)
    pointed(simulator)
    busy = {"kind": "status", "status": 429, "retry_after": "1", "times": FOREVER}
    simulator.post("/_simulator/faults", {"path_prefix": "/v1.0/oauth2PermissionGrants", **busy})
    tenant = connect(simulator)
    run_id = list_runs(viewer=ADMIN, tenant=tenant, limit=1)[0].id
    with worker() as first:
        wait_for_run(tenant, run_id, lambda run: _state(run, PhaseName.CONSENTS) is PhaseState.RUNNING)
        first.send_signal(signal.SIGKILL)
    simulator.delete("/_simulator/faults")
    simulator.post("/_simulator/usage/reset", {})
    with worker() as second:
        run = wait_for_run(tenant, run_id, lambda run: run.is_over)
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=PATIENCE_SECONDS) == 0
    assert run.state is RunState.SUCCEEDED, run
    assert run.mode is Mode.FULL
    assert not set(LISTINGS) & simulator.usage()["by_route"].keys()
    assert compare(tenant, simulator.truth("?effective=0")).equal
    theirs = [line for line in simulator.truth("?effective=0&consents=1") if line["t"] == "consent"]
    assert len(consents.list_consents(tenant_id=tenant.id)) == len(theirs) > 0


def test_a_worker_that_loses_its_connection_keeps_its_job(
    world: bootstrap.World, start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]
) -> None:
    simulator = start_tenant(users=1_500, groups=300, memberships=9_000, apps=30, seed=44, latency_ms=120)
    pointed(simulator)
    with worker() as first, worker() as second:
        tenant = connect(simulator)
        run_id = list_runs(viewer=ADMIN, tenant=tenant, limit=1)[0].id
        wait_for_run(tenant, run_id, lambda run: _state(run, PhaseName.GROUPS) is PhaseState.RUNNING)
        cut = rows(
            "SELECT pg_terminate_backend(pid) AS cut FROM pg_locks "
            "WHERE locktype = 'advisory' AND classid = %(space)s AND objsubid = 2 AND granted",
            {"space": LOCK_SPACE},
        )
        assert len(cut) == 2
        run = wait_for_run(tenant, run_id, lambda run: run.is_over)
        for one in (first, second):
            one.send_signal(signal.SIGTERM)
            assert one.wait(timeout=PATIENCE_SECONDS) == 0
    assert run.state is RunState.SUCCEEDED, run
    assert max(PhaseRow.objects.filter(run_id=run_id).values_list("attempts", flat=True)) <= 2
    assert compare(tenant, simulator.truth("?effective=0")).equal


def test_a_job_that_is_taken_from_a_worker_that_lives_is_done_once(
    world: bootstrap.World, start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]
) -> None:
    """Microsoft keeps it busy until somebody has resumed its job; then both want the tenant."""
    simulator = start_tenant(users=300, groups=60, memberships=900, apps=8, seed=45)
    pointed(simulator)
    busy = {"path_prefix": "/v1.0/groups", "kind": "status", "status": 429, "retry_after": "1", "times": FOREVER}
    simulator.post("/_simulator/faults", busy)
    with worker() as first, worker() as second:
        tenant = connect(simulator)
        run_id = list_runs(viewer=ADMIN, tenant=tenant, limit=1)[0].id
        job = job_of(tenant.id, run_id)
        wait_for_run(tenant, run_id, lambda run: _state(run, PhaseName.ORGANISATION) is PhaseState.RUNNING)
        owner = _owner(job)

        def is_taken(_run: Run) -> bool:
            if _owner(job) == owner:
                rows(CUT_ITS_LIFE, {"space": LOCK_SPACE, "job": job})
            return _owner(job) not in (owner, None)

        wait_for_run(tenant, run_id, is_taken)
        simulator.delete("/_simulator/faults")
        run = wait_for_run(tenant, run_id, lambda run: run.is_over)
        for one in (first, second):
            one.send_signal(signal.SIGTERM)
            assert one.wait(timeout=PATIENCE_SECONDS) == 0
    assert run.state is RunState.SUCCEEDED, run
    attempts = dict(PhaseRow.objects.filter(run_id=run_id).values_list("name", "attempts"))
    assert attempts[PhaseName.GROUPS.value] == attempts[PhaseName.MERGE.value] == 1
    assert compare(tenant, simulator.truth("?effective=0")).equal


def test_a_worker_whose_connections_are_all_cut_begins_its_step_again(
    world: bootstrap.World, start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]
) -> None:
    simulator = start_tenant(users=1_500, groups=300, memberships=9_000, apps=30, seed=46, latency_ms=60)
    pointed(simulator)
    with worker() as process:
        tenant = connect(simulator)
        run_id = list_runs(viewer=ADMIN, tenant=tenant, limit=1)[0].id
        wait_for_run(tenant, run_id, lambda run: _state(run, PhaseName.GROUPS) is PhaseState.RUNNING)
        assert len(rows(CUT_EVERYTHING, {})) > 3
        run = wait_for_run(tenant, run_id, lambda run: run.is_over)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert run.state is RunState.SUCCEEDED, run
    assert PhaseRow.objects.get(run_id=run_id, name=PhaseName.GROUPS.value).attempts == 2
    assert compare(tenant, simulator.truth("?effective=0")).equal
    assert len(list_runs(viewer=ADMIN, tenant=tenant)) == 1


def _owner(job: str) -> str | None:
    """The mark of whoever performs a job now."""
    found = rows("SELECT owner_xid FROM dbos.workflow_status WHERE workflow_uuid = %(job)s", {"job": job})
    return found[0]["owner_xid"] if found else None


def _state(run: Run, name: PhaseName) -> PhaseState:
    return next(phase.state for phase in run.phases if phase.name is name)
