"""Locking somebody out waits for no other plan, and no other plan lets them in again."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections

from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.stop_writers import set_guards
from chamberlain.bench.simulated import Simulated
from chamberlain.model.carried import Ran
from chamberlain.model.guard import Rails
from chamberlain.model.mailbox import DELEGATE, FORWARD_TO
from chamberlain.model.plan import Change, Options, PlanState, StepState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import ACCESS_GIVING, Verb
from chamberlain.provision.beside import Beside
from chamberlain.settings import Settings
from chamberlain.store import plans
from chamberlain.store.connection import rows
from chamberlain.work import apply_plan as story
from stories import ADMIN, at_once, perform
from workers import wait_until, worker

WIDE = Rails(share_per_plan=100, share_per_hour=100, most_per_hour=100_000)
SECONDS = timedelta(seconds=20)  # what a busy machine may make of "at once"; the plan beside it takes for ever


@pytest.fixture
def settings(written_settings: Settings) -> Settings:
    return written_settings


@pytest.fixture(scope="module")
def read_again(written_tenant: Tenant, written_settings: Settings) -> Iterator[Tenant]:
    """As it is by now, for other tests have changed it; what is changed here counts for no hour of theirs."""
    perform(written_tenant, written_settings)
    yield written_tenant
    statement = (
        "UPDATE plan_step SET called_at = called_at - interval '2 hours' WHERE tenant_id = %(tenant)s RETURNING id"
    )
    rows(statement, {"tenant": written_tenant.id})


@pytest.fixture
def tenant(read_again: Tenant) -> Iterator[Tenant]:
    set_guards(actor=ADMIN, tenant=read_again, rails=WIDE)
    yield read_again
    set_guards(actor=ADMIN, tenant=read_again, rails=Rails())


def made(tenant: Tenant, settings: Settings, *changes: Change) -> int:
    return make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)


def run(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    times = found(tenant, plan_id).runs
    story.apply_plan(at_once, plan_id=plan_id, run=times, settings=settings)
    return found(tenant, plan_id)


def do(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    return run(tenant, settings, plan_id)


def found(tenant: Tenant, plan_id: int) -> Ran:
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def people(tenant: Tenant, *, enabled: bool = True) -> list[Subject]:
    """Those who administer nothing and come from the cloud, the last ones first: other tests take the first ones."""
    asked = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' AND gone_at IS NULL "
        "AND enabled = %(enabled)s AND cell & 2 = 0 AND NOT facts ? 'on_premises' ORDER BY guid DESC",
        {"tenant": tenant.id, "enabled": enabled},
    )
    return [Subject(row["guid"]) for row in asked]


def joins(tenant: Tenant, who: list[Subject], count: int) -> list[Change]:
    """So many memberships that nobody has yet, of plain groups."""
    asked = rows(
        """
        SELECT a.guid::text AS guid, p.key FROM permission AS p CROSS JOIN account AS a
        WHERE p.tenant_id = %(tenant)s AND p.kind = 'security_group' AND p.gone_at IS NULL
          AND NOT p.facts ? 'dynamic' AND NOT p.facts ? 'on_premises' AND NOT p.facts ? 'role_assignable'
          AND a.tenant_id = p.tenant_id AND a.guid::text = ANY(%(who)s)
          AND NOT EXISTS (SELECT FROM grants AS g WHERE g.tenant_id = p.tenant_id AND g.permission_id = p.id
                          AND g.holder_id = a.id AND g.closed_at IS NULL)
        ORDER BY p.key DESC, a.guid LIMIT %(count)s
        """,
        {"tenant": tenant.id, "who": [one.guid for one in who], "count": count},
    )
    return [Change(Verb.ADD_MEMBER, Subject(row["guid"]), row["key"]) for row in asked]


def is_enabled(simulator: Simulated, who: Subject) -> bool:
    """By the simulator's own account."""
    return any(line["enabled"] for line in simulator.truth() if line["t"] == "account" and line["id"] == who.guid)


def members(simulator: Simulated, key: str) -> frozenset[str]:
    return frozenset(
        line["holder"]
        for line in simulator.truth("?effective=0")
        if line["t"] == "edge" and line["permission"] == key and line["relation"] == "member"
    )


def test_somebody_is_locked_out_at_once_beside_a_long_plan_that_microsoft_throttles(
    tenant: Tenant, settings: Settings, written: Simulated
) -> None:
    victim, *others = people(tenant)
    long = made(tenant, settings, *joins(tenant, others[:100], 200))
    waits = made(tenant, settings, *joins(tenant, [others[-1]], 1))
    lock = made(tenant, settings, Change(Verb.BLOCK, victim), Change(Verb.REVOKE_SESSIONS, victim))
    assert len(found(tenant, long).steps) == 200
    throttling = {"path_prefix": "/v1.0/groups", "method": "PATCH", "kind": "status", "status": 429}
    written.post("/_simulator/faults", {**throttling, "retry_after": "1", "times": 1_000_000})
    with worker() as process:
        try:
            for plan_id in (long, waits):
                apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
            wait_until(lambda: found(tenant, long).count(StepState.INTENDED) > 0)
            apply_plan(actor=ADMIN, tenant=tenant, plan_id=lock)
            wait_until(lambda: plans.state_of(lock) is not PlanState.RUNNING)
            assert plans.state_of(long) is PlanState.RUNNING
            assert found(tenant, waits).count(StepState.WAITING) == 1, "what is no emergency waits its turn"
        finally:
            written.delete("/_simulator/faults")
        wait_until(lambda: plans.state_of(long) is not PlanState.RUNNING)
        process.terminate()
        process.wait()
    locked = found(tenant, lock)
    assert (locked.plan.state, locked.count(StepState.PROVED)) == (PlanState.DONE, 2)
    assert locked.started_at is not None
    assert locked.ended_at is not None
    assert locked.ended_at - locked.started_at < SECONDS
    assert not is_enabled(written, victim)
    assert found(tenant, long).count(StepState.PROVED) == 200
    if plans.state_of(waits) is PlanState.RUNNING:  # the worker ended before its turn came
        run(tenant, settings, waits)


def test_who_was_locked_out_gets_nothing_from_plans_made_before(
    tenant: Tenant, settings: Settings, written: Simulated
) -> None:
    perform(tenant, settings)  # who holds what by now: the plans above gave much
    victim, other, *_ = people(tenant)
    joining = joins(tenant, [victim, other], 2)
    group = joining[0].permission
    assert {change.permission for change in joining} == {group}
    before = made(tenant, settings, *joining)
    assert do(tenant, settings, made(tenant, settings, Change(Verb.BLOCK, victim))).plan.state is PlanState.DONE
    after = do(tenant, settings, before)
    assert after.plan.state is PlanState.FAILED
    late = {one.step.change.subject: one for one in after.steps}
    assert late[other].step.state is StepState.PROVED
    assert (late[victim].step.state, late[victim].failure) == (StepState.NEEDS_PERSON, ("step_overtaken", {}))
    assert late[victim].tries == 0, "nothing was sent"
    assert {victim.guid, other.guid} & members(written, group) == {other.guid}
    (wish,) = (change for change in joining if change.subject == victim)
    assert do(tenant, settings, made(tenant, settings, wish)).plan.state is PlanState.DONE, "who means it plans it anew"


@pytest.mark.parametrize("verb", [*sorted(ACCESS_GIVING), Verb.SET_FORWARDING])
def test_who_was_locked_out_gets_at_no_mailbox_and_whose_it_is_keeps_nobody_out(
    tenant: Tenant, settings: Settings, verb: Verb
) -> None:
    victim, other, third, *_ = people(tenant)
    before = found(tenant, made(tenant, settings, *joins(tenant, [other], 1)))
    named = FORWARD_TO if verb is Verb.SET_FORWARDING else DELEGATE
    (step,) = (one.step for one in before.steps)
    to_victim, of_victim = (
        replace(step, number=number, change=Change(verb, whose, options=Options(properties={named: whom.guid})))
        for number, whose, whom in ((1, other, victim), (2, victim, third))
    )
    beside = Beside(before.plan, is_emergency=False)
    assert beside.overtaken([to_victim, of_victim]) == frozenset()
    do(tenant, settings, made(tenant, settings, Change(Verb.REVOKE_SESSIONS, victim)))
    assert beside.overtaken([to_victim, of_victim]) == {to_victim.number}


def test_a_block_holds_though_another_plan_was_just_letting_them_in(
    tenant: Tenant, settings: Settings, written: Simulated, in_background: Callable[[Callable[[], object]], None]
) -> None:
    victim = people(tenant)[0]
    do(tenant, settings, made(tenant, settings, Change(Verb.BLOCK, victim)))
    lets_in, lock = (made(tenant, settings, Change(verb, victim)) for verb in (Verb.ENABLE, Verb.BLOCK))
    user = {"path_prefix": f"/v1.0/users/{victim.guid}", "method": "PATCH"}
    written.post("/_simulator/faults", {**user, "kind": "status", "status": 429, "retry_after": "2", "times": 1})
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=lets_in)
    in_background(lambda: run(tenant, settings, lets_in))
    wait_until(lambda: json_faults(written) == 0)  # it was asked to come again later, and will
    locked = do(tenant, settings, lock)
    wait_until(lambda: plans.state_of(lets_in) is not PlanState.RUNNING)
    assert (locked.plan.state, locked.count(StepState.PROVED)) == (PlanState.DONE, 1)
    assert not is_enabled(written, victim)


def json_faults(simulator: Simulated) -> int:
    """How many faults are still to come."""
    return simulator.get("/_simulator/faults").count(b"path_prefix")


@pytest.fixture
def in_background() -> Iterator[Callable[[Callable[[], object]], None]]:
    """Does something in a thread of its own, whose connections end with it."""
    threads: list[threading.Thread] = []

    def begin(deed: Callable[[], object]) -> None:
        def whole() -> None:
            try:
                deed()
            finally:
                connections.close_all()

        threads.append(threading.Thread(target=whole))
        threads[-1].start()

    yield begin
    for thread in threads:
        thread.join()
