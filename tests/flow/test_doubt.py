"""When changes cannot be relied on: refused links, old links, links of another make, missing rights, lost changes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chamberlain import clock
from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.kinds import people
from chamberlain.model.observed import NIL
from chamberlain.model.run import Mode, Proof, Run, RunState, Why
from chamberlain.model.tenant import Tenant
from chamberlain.policy.confidence import surely_right
from chamberlain.settings import Settings
from chamberlain.store import cursors
from chamberlain.store.connection import rows
from chamberlain.sync import links, prove
from people import BEN, EMRE
from stories import connect, connect_by_consent, perform

pytestmark = pytest.mark.usefixtures("world")

FOREVER = 1_000
ALWAYS = timedelta(seconds=1) / 1_000_000
TIMESHEETS = "60dec300-0000-4000-8000-000000000002"
Ready = tuple[Simulated, Tenant, Settings]


@pytest.fixture
def ready(start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]) -> Ready:
    """The golden tenant, read in full, as if nobody had read it before."""
    simulator = start_tenant(population="golden", audit_lag_ms=0)
    settings = pointed(simulator)
    return begin(simulator, connect(simulator), settings)


def begin(simulator: Simulated, tenant: Tenant, settings: Settings) -> Ready:
    cursors.forget(tenant_id=tenant.id, streams=list(cursors.read(tenant_id=tenant.id)))
    ready = (simulator, tenant, settings)
    assert why(read(ready)) == (Mode.FULL, Why.FIRST)
    assert why(read(ready)) == (Mode.CHANGES, Why.FRESH)  # proves it, where no proof of this hour is there
    return ready


def read(ready: Ready, mode: Mode | None = None) -> Run:
    """A run that has to succeed."""
    _, tenant, settings = ready
    run = perform(tenant, settings, mode=mode)
    assert run.state is RunState.SUCCEEDED, (run.error_code, run.error_data)
    return run


def require_truth(ready: Ready) -> None:
    simulator, tenant, _ = ready
    found = compare(tenant, simulator.truth())
    assert found.equal, found.examples


def why(run: Run) -> tuple[Mode, Why]:
    assert run.plan is not None
    assert run.plan.mode is run.mode
    return run.plan.mode, run.plan.why


def rename_ben(simulator: Simulated) -> None:
    simulator.post("/_simulator/mutations", {"kind": "rename_user", "user": str(BEN), "display_name": "Ben Obi"})


def assign_emre(simulator: Simulated) -> None:
    assigned = {"principal": str(EMRE), "service_principal": TIMESHEETS, "role": NIL}
    simulator.post("/_simulator/mutations", {"kind": "assign_app", **assigned})


@pytest.mark.parametrize("status", [410, 400])
def test_a_link_that_microsoft_refuses_makes_the_run_read_everything(ready: Ready, status: int) -> None:
    """410 is a resync, 400 syncStateNotFound says that the token is not known any more."""
    simulator = ready[0]
    simulator.post("/_simulator/knobs", {"delta_reset_status": status})
    rename_ben(simulator)
    simulator.post("/_simulator/expire_delta_tokens", {})
    run = read(ready)
    assert why(run) == (Mode.FULL, Why.LINK_REFUSED)
    assert sum(phase.changed for phase in run.phases) == 1
    require_truth(ready)
    assert why(read(ready)) == (Mode.CHANGES, Why.FRESH)


def test_a_link_that_was_made_with_other_fields_is_not_followed(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(links.STREAMS, people.STREAM, f"{people.SINCE},city")
    rename_ben(ready[0])
    assert why(read(ready)) == (Mode.FULL, Why.LINK_OF_OTHER_MAKE)
    require_truth(ready)
    assert why(read(ready)) == (Mode.CHANGES, Why.FRESH)


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(days=5, hours=23), (Mode.CHANGES, Why.FRESH)),
        (timedelta(days=6, minutes=1), (Mode.FULL, Why.LINK_OLD)),
    ],
)
def test_a_link_is_followed_for_six_days(ready: Ready, age: timedelta, told: tuple[Mode, Why]) -> None:
    _, tenant, _ = ready
    rows(
        "UPDATE sync_cursor SET issued_at = %(then)s "
        "WHERE tenant_id = %(tenant)s AND stream = 'groups' RETURNING stream",
        {"tenant": tenant.id, "then": clock.now() - age},
    )
    assert why(read(ready)) == told


def test_somebody_can_ask_for_everything(ready: Ready) -> None:
    assert why(read(ready, Mode.FULL)) == (Mode.FULL, Why.ASKED)


def without_more_rights(simulator: Simulated) -> None:
    """Microsoft refuses what needs AuditLog.Read.All or Directory.Read.All."""
    for path in ("/v1.0/auditLogs", "/v1.0/directoryObjects/getByIds"):
        fault = {"path_prefix": path, "kind": "status", "status": 403, "times": FOREVER}
        simulator.post("/_simulator/faults", fault)


def test_without_the_audit_log_the_next_slice_finds_an_assignment(
    ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, _, _ = ready
    without_more_rights(simulator)
    rename_ben(simulator)
    assign_emre(simulator)
    unheard = read(ready)
    assert why(unheard) == (Mode.CHANGES, Why.FRESH)
    assert sum(phase.changed for phase in unheard.phases) == 1
    assert sum(phase.opened for phase in unheard.phases) == 0
    monkeypatch.setattr(prove, "EVERY", ALWAYS)
    proved = read(ready)
    assert proof_of(proved).differences == 1
    require_truth(ready)
    assert proof_of(read(ready)).differences == 0


def test_the_installations_own_app_hears_of_assignments_and_reads_people_one_by_one(
    start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]
) -> None:
    """It may read the audit log, and has no Directory.Read.All."""
    simulator = start_tenant(population="golden", audit_lag_ms=0)
    settings = pointed(simulator)
    ready = begin(simulator, connect_by_consent(simulator), settings)
    rename_ben(simulator)
    assign_emre(simulator)
    simulator.post("/_simulator/usage/reset", {})
    run = read(ready)
    assert why(run) == (Mode.CHANGES, Why.FRESH)
    assert (sum(phase.changed for phase in run.phases), sum(phase.opened for phase in run.phases)) == (1, 1)
    assert simulator.usage()["by_route"]["GET /users/{}"] >= 1
    require_truth(ready)


def test_a_lost_change_is_found_mended_and_makes_us_less_sure(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    _, tenant, _ = ready
    monkeypatch.setattr(prove, "EVERY", ALWAYS)
    clean = proof_of(read(ready))
    assert (clean.differences, [count.theirs - count.ours for count in clean.counts]) == (0, [0, 0])
    lost = rows(
        "UPDATE grants g SET closed_at = %(now)s FROM permission p "
        "WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND p.tenant_id = g.tenant_id "
        "AND p.id = g.permission_id AND p.name IN ('Engineering', 'Project Atlas') RETURNING g.holder_id",
        {"tenant": tenant.id, "now": clock.now()},
    )
    assert len(lost) >= 5
    found = proof_of(read(ready))
    assert found.differences == len(lost)
    require_truth(ready)
    assert clean.sure is not None
    assert found.sure is not None
    assert found.sure < clean.sure
    unspoilt = surely_right(checked=clean.checked + found.checked, wrong=0)
    assert unspoilt is not None
    assert found.sure < unspoilt
    assert proof_of(read(ready)).differences == 0


def test_a_proof_is_not_repeated_within_the_hour(ready: Ready) -> None:
    assert read(ready).proof is None


def proof_of(run: Run) -> Proof:
    assert run.proof is not None
    return run.proof
