"""Plans carried out in a simulated tenant: applied, proved, killed at every step, undone, refused."""

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chamberlain import clock
from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.perform_plan import end, permits_of
from chamberlain.actions.reaching import way_to
from chamberlain.actions.settle_task import assign_task, attach_evidence, settle_task
from chamberlain.actions.stop_writers import release_writers, set_guards, stop_writers
from chamberlain.actions.undo_plan import undo_plan
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.errors import Conflict, Refused
from chamberlain.model.capability import Capability
from chamberlain.model.carried import Ran
from chamberlain.model.plan import Cause, Change, PlanState, StepState, Subject
from chamberlain.model.task import TaskState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import ABILITIES, STANDARD
from chamberlain.provision.engine import Engine, Patience
from chamberlain.provision.hand import reach
from chamberlain.provision.journal import Journal
from chamberlain.settings import Settings, load
from chamberlain.store import plans, scopes, tasks, tenants
from chamberlain.store.connection import rows, transaction
from chamberlain.store.models import StepRow
from chamberlain.work import apply_plan as story
from fuse import Fuse, KilledError
from granting import Grants
from stories import ADMIN, at_once, connect_and_sync, perform
from terminal import run as run_command
from workers import PATIENCE_SECONDS, wait_until, worker

WRITING = (Capability.PROVISION_GROUPS, Capability.PROVISION_OWNERS, Capability.PROVISION_LICENCES,
           Capability.OFFBOARD_ACCOUNT)  # fmt: skip


@pytest.fixture(scope="module")
def simulator(start_tenant: Callable[..., Simulated]) -> Simulated:
    return start_tenant(users=120, groups=30, memberships=600, apps=6, seed=71)


@pytest.fixture(scope="module")
def settings(simulator: Simulated) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LOGIN_ROOT", "GRAPH_ROOT"):
            patch.setenv(f"CHAMBERLAIN_{name}", simulator.url)
        patch.setenv("CHAMBERLAIN_CLIENT_ID", simulator.client_id)
        patch.setenv("CHAMBERLAIN_CLIENT_SECRET", simulator.client_secret)
        yield load()


@pytest.fixture(scope="module")
def connected(world: World, simulator: Simulated, settings: Settings) -> Tenant:
    """Connected, and let write groups, licences and accounts."""
    found = connect_and_sync(simulator, settings)
    needed = {use.scope for one in WRITING for use in ABILITIES[one].uses}
    Grants(simulator).grant(*sorted(needed))
    choose(found)
    perform(found, settings)
    return found


@pytest.fixture
def tenant(connected: Tenant) -> Tenant:
    choose(connected)
    return connected


def choose(tenant: Tenant) -> None:
    scopes.choose(tenant_id=tenant.id, capabilities={*STANDARD, *WRITING}, now=clock.now(), by="a test")


def do(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    """Applies a plan in this process."""
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    return run(tenant, settings, plan_id)


def run(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    story.apply_plan(
        at_once,
        plan_id=plan_id,
        run=plans.find(tenant_id=tenant.id, plan_id=plan_id).runs,
        settings=settings,
    )
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def plan(tenant: Tenant, settings: Settings, *changes: Change) -> int:
    return make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)


def plain_groups(tenant: Tenant) -> list[dict[str, Any]]:
    """Security groups that people are put into, with who is in them."""
    return rows(
        """
        SELECT p.key, array_agg(a.guid::text) FILTER (WHERE a.guid IS NOT NULL) AS members FROM permission p
        LEFT JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.relation = 1
            AND g.closed_at IS NULL
        LEFT JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id AND a.type = 'member'
        WHERE p.tenant_id = %(tenant)s AND p.kind = 'security_group' AND p.gone_at IS NULL
          AND NOT coalesce((p.facts ->> 'dynamic')::bool, false)
          AND NOT coalesce((p.facts ->> 'on_premises')::bool, false)
          AND NOT coalesce((p.facts ->> 'role_assignable')::bool, false)
        GROUP BY p.key HAVING count(a.guid) BETWEEN 3 AND 30 ORDER BY p.key
        """,
        {"tenant": tenant.id},
    )


def people(tenant: Tenant) -> list[str]:
    found = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' AND gone_at IS NULL "
        "AND enabled ORDER BY guid",
        {"tenant": tenant.id},
    )
    return [row["guid"] for row in found]


def swap(tenant: Tenant, *, place: int = 0, leaving: int = 2, joining: int = 3) -> list[Change]:
    """Some leave a group and others join it."""
    group = plain_groups(tenant)[place]
    outside = [one for one in people(tenant) if one not in group["members"]]
    return [
        *(Change(Verb.REMOVE_MEMBER, Subject(one), group["key"]) for one in sorted(group["members"])[:leaving]),
        *(Change(Verb.ADD_MEMBER, Subject(one), group["key"]) for one in outside[:joining]),
    ]


def members(simulator: Simulated, key: str) -> frozenset[str]:
    """Who is in a group, by the simulator's own account."""
    return frozenset(
        line["holder"]
        for line in simulator.truth("?effective=0")
        if line["t"] == "edge" and line["permission"] == key and line["relation"] == "member"
    )


def written(simulator: Simulated) -> list[dict[str, Any]]:

    found: list[dict[str, Any]] = json.loads(simulator.get("/_simulator/writes"))["writes"]
    return found


def test_a_plan_is_carried_out_and_every_step_proved(tenant: Tenant, settings: Settings, simulator: Simulated) -> None:
    plan_id = plan(tenant, settings, *swap(tenant))
    simulator.post("/_simulator/writes/reset", {})
    ran = do(tenant, settings, plan_id)
    assert ran.pause is None
    assert ran.plan.state is PlanState.DONE, ran
    assert ran.count(StepState.PROVED) == len(ran.steps) == 5
    for one in ran.steps:
        is_joining = one.step.change.verb is Verb.ADD_MEMBER
        assert one.step.before == {"member": not is_joining}
        assert one.step.proof is not None
        assert one.step.proof.seen == {"member": is_joining}
        assert one.tries == 1
    assert len(written(simulator)) == 3, written(simulator)  # two leave, each alone; three join together


def test_undo_brings_back_what_was_and_tells_so_of_the_plan(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    changes = swap(tenant, place=1)
    before = members(simulator, changes[0].permission)
    first = do(tenant, settings, plan(tenant, settings, *changes))
    assert members(simulator, changes[0].permission) != before
    back = undo_plan(actor=ADMIN, tenant=tenant, plan_id=first.plan.id, reason="it was wrong", settings=settings)
    undone = do(tenant, settings, back)
    assert undone.plan.state is PlanState.DONE, undone
    assert undone.plan.cause is Cause.UNDO
    assert members(simulator, changes[0].permission) == before
    assert plans.find(tenant_id=tenant.id, plan_id=first.plan.id).plan.state is PlanState.UNDONE
    with pytest.raises(Conflict, match="plan_move_illegal"):
        undo_plan(actor=ADMIN, tenant=tenant, plan_id=first.plan.id, reason="again", settings=settings)


def test_what_was_so_before_us_is_proved_without_a_call_and_not_undone(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    group = plain_groups(tenant)[2]
    inside = sorted(group["members"])[0]
    simulator.post("/_simulator/writes/reset", {})
    ran = do(tenant, settings, plan(tenant, settings, Change(Verb.ADD_MEMBER, Subject(inside), group["key"])))
    assert ran.plan.state is PlanState.DONE
    assert written(simulator) == []
    with pytest.raises(Refused, match="plan_not_undoable"):
        undo_plan(actor=ADMIN, tenant=tenant, plan_id=ran.plan.id, reason="none", settings=settings)


def test_a_plan_whose_tenant_moved_is_stale_and_sends_nothing(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    changes = swap(tenant, place=3)
    first, second = (plan(tenant, settings, *changes) for _ in range(2))
    assert do(tenant, settings, first).plan.state is PlanState.DONE
    simulator.post("/_simulator/writes/reset", {})
    ran = do(tenant, settings, second)
    assert ran.plan.state is PlanState.STALE
    assert {number for number, _then, _now in ran.moved} == {1, 2, 3, 4, 5}
    assert written(simulator) == []
    with pytest.raises(Conflict, match="plan_move_illegal"):
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=second)


def test_a_plan_that_was_edited_is_not_carried_out(tenant: Tenant, settings: Settings) -> None:
    group = plain_groups(tenant)[4]
    plan_id = plan(tenant, settings, *swap(tenant, place=4))
    row = StepRow.objects.get(plan_id=plan_id, number=1)
    row.content["change"]["subject"]["guid"] = group["members"][-1]
    row.save()
    with pytest.raises(Conflict, match="plan_edited"):
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)


def test_nothing_leaves_where_the_connection_is_for_reading(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    changes = swap(tenant, place=4)
    plan_id = plan(tenant, settings, *changes)
    simulator.post("/_simulator/writes/reset", {})
    scopes.choose(tenant_id=tenant.id, capabilities=STANDARD, now=clock.now(), by="a test")
    with pytest.raises(Refused, match="plan_barred"):
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    with transaction():  # as if it had been queued just before
        plans.start(plan_id, actor=ADMIN, now=clock.now(), simulated=False)
    ran = run(tenant, settings, plan_id)
    assert ran.plan.state is PlanState.PAUSED
    assert ran.pause is not None
    assert ran.pause[0] == "plan_barred"
    barred = plans.find(tenant_id=tenant.id, plan_id=plan(tenant, settings, *changes)).plan
    assert barred.steps == ()
    assert len(barred.barred) == len(changes)
    assert written(simulator) == []


def test_a_rehearsal_plans_everything_and_writes_nothing(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    simulator.post("/_simulator/writes/reset", {})
    set_guards(actor=ADMIN, tenant=tenant, simulates=True)
    try:
        ran = do(tenant, settings, plan(tenant, settings, *swap(tenant, place=4)))
    finally:
        set_guards(actor=ADMIN, tenant=tenant, simulates=False)
    assert ran.plan.state is PlanState.DONE
    assert ran.simulated
    assert ran.count(StepState.SKIPPED) == len(ran.steps) == 5
    assert written(simulator) == []


def test_a_stop_holds_everything_until_it_is_released(tenant: Tenant, settings: Settings, simulator: Simulated) -> None:
    plan_id = plan(tenant, settings, *swap(tenant, place=4))
    simulator.post("/_simulator/writes/reset", {})
    stop_writers(actor=ADMIN, tenant=tenant, reason="an incident")
    with pytest.raises(Refused, match="writers_halted"):
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    with transaction():
        plans.start(plan_id, actor=ADMIN, now=clock.now(), simulated=False)
    assert run(tenant, settings, plan_id).plan.state is PlanState.PAUSED
    assert written(simulator) == []
    release_writers(actor=ADMIN, tenant=tenant, reason="it is over")
    assert do(tenant, settings, plan_id).plan.state is PlanState.DONE


@pytest.mark.parametrize("kind", ["reset", "status"])
def test_an_answer_that_got_lost_after_the_work_was_done_repeats_nothing(
    tenant: Tenant, settings: Settings, simulator: Simulated, kind: str
) -> None:
    leaves = kind == "reset"
    plan_id = plan(tenant, settings, *swap(tenant, place=5, leaving=int(leaves), joining=int(not leaves)))
    simulator.post("/_simulator/writes/reset", {})
    method = "DELETE" if leaves else "POST"
    fault = {"path_prefix": "/v1.0/groups", "method": method, "kind": kind, "status": 500, "after": True, "times": 1}
    simulator.post("/_simulator/faults", fault)
    try:
        ran = do(tenant, settings, plan_id)
    finally:
        simulator.delete("/_simulator/faults")
    assert ran.plan.state is PlanState.DONE, [one.failure for one in ran.steps]
    (write,) = written(simulator)
    assert write["spoiled"]
    assert [one.step.proof is not None for one in ran.steps] == [True]


def test_what_microsoft_refuses_becomes_a_task_and_a_person_ends_it(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    group = plain_groups(tenant)[6]
    leaving = sorted(group["members"])[:2]
    wishes = [Change(Verb.REMOVE_MEMBER, Subject(one), group["key"]) for one in leaving]
    plan_id = plan(tenant, settings, *wishes)
    refused = {"path_prefix": "/v1.0/groups", "method": "DELETE", "kind": "status", "status": 403, "times": 100}
    simulator.post("/_simulator/faults", refused)
    try:
        ran = do(tenant, settings, plan_id)
    finally:
        simulator.delete("/_simulator/faults")
    assert ran.plan.state is PlanState.FAILED
    assert ran.count(StepState.NEEDS_PERSON) == 2
    first, second = tasks.listing(tenant_id=tenant.id, states=[TaskState.OPEN], limit=10, plan_id=plan_id)
    assert first.failure is not None
    settle_task(actor=ADMIN, tenant=tenant, task_id=first.id, state=TaskState.DONE, note="done in Entra")
    with pytest.raises(Conflict, match="task_settled"):
        settle_task(actor=ADMIN, tenant=tenant, task_id=first.id, state=TaskState.DROPPED)
    ran = do(tenant, settings, plan_id)  # the rest is tried again
    assert ran.plan.state is PlanState.DONE, ran
    assert tasks.find(tenant_id=tenant.id, task_id=second.id).state is TaskState.DROPPED


def test_a_plan_ends_when_people_have_settled_what_was_left_to_them(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    group = plain_groups(tenant)[8]
    plan_id = plan(tenant, settings, Change(Verb.REMOVE_MEMBER, Subject(sorted(group["members"])[0]), group["key"]))
    refused = {"path_prefix": "/v1.0/groups", "method": "DELETE", "kind": "status", "status": 403, "times": 100}
    simulator.post("/_simulator/faults", refused)
    try:
        assert do(tenant, settings, plan_id).plan.state is PlanState.FAILED
    finally:
        simulator.delete("/_simulator/faults")
    (task,) = tasks.listing(tenant_id=tenant.id, states=[TaskState.OPEN], limit=10, plan_id=plan_id)
    assign_task(actor=ADMIN, tenant=tenant, task_id=task.id, assignee="Otto")
    attach_evidence(actor=ADMIN, tenant=tenant, task_id=task.id, name="C:\\x\\proof.png", content=b"\x89PNG\r\n\x1a\n")
    settle_task(actor=ADMIN, tenant=tenant, task_id=task.id, state=TaskState.DROPPED, note="she stays")
    settled = tasks.find(tenant_id=tenant.id, task_id=task.id)
    assert (settled.assignee, settled.evidence, settled.comments[0].text) == ("Otto", "proof.png", "she stays")
    assert plans.state_of(plan_id) is PlanState.DONE


def test_the_terminal_plans_applies_and_undoes(
    tenant: Tenant, settings: Settings, simulator: Simulated, tmp_path: Path
) -> None:
    group = plain_groups(tenant)[4]
    before = members(simulator, group["key"])
    outside = next(one for one in people(tenant) if one not in before)
    file = tmp_path / "changes.csv"
    file.write_text(f"Person,Change,Permission\n{outside},add,{group['key']}\n", encoding="utf-8")
    where = ("--tenant", tenant.slug, "--json")
    planned = run_command("plan", "--file", str(file), "--reason", "a test", *where)
    assert planned.returncode == 0, planned.stderr
    told = json.loads(planned.stdout)
    assert [one["change"]["verb"] for one in told["steps"]] == ["add_member"]
    assert told["steps"][0]["before"] == {"member": False}
    number = str(told["id"])
    applied = run_command("apply", number, *where)
    assert applied.returncode == 0, applied.stderr
    assert json.loads(applied.stdout)["state"] == "done"
    assert members(simulator, group["key"]) == before | {outside}
    back = run_command("undo", number, "--reason", "it was wrong", "--apply", *where)
    assert back.returncode == 0, back.stderr
    assert members(simulator, group["key"]) == before
    listed = json.loads(run_command("plans", *where).stdout)
    assert [(one["undo_of"], one["state"]) for one in listed[:2]] == [(int(number), "done"), (None, "undone")]


def test_killed_before_or_after_whatever_it_does_it_goes_on_and_repeats_nothing(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    changes, at = swap(tenant, place=7), 0
    quick = Patience(doubt=(0.0, 0.1), proof=(0.0, 0.1, 0.5, 1.0))
    connection = tenants.connection_of(tenant.id)
    assert connection is not None
    while True:
        plan_id = plan(tenant, settings, *changes)
        with transaction():
            plans.start(plan_id, actor=ADMIN, now=clock.now(), simulated=False)
        ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
        simulator.post("/_simulator/writes/reset", {})
        fuse = Fuse(at)
        with (
            way_to(connection, settings=settings) as way,
            reach(way.endpoint, way.credential, ledger=way.ledger, permits=permits_of(ran)) as hand,
        ):
            journal = Journal(ran.plan, "a test")
            was_killed = False
            try:
                Engine(fuse.around(hand), fuse.around(journal), lambda: None, quick).run()
            except KilledError:
                was_killed = True
            assert Engine(hand, journal, lambda: None, quick).run() is None
        end(plan_id, None, run=1)
        ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
        assert ran.plan.state is PlanState.DONE, (at, ran)
        assert all(one.step.before is not None and one.step.proof is not None for one in ran.steps)
        assert len([one for one in written(simulator) if one["changed"]]) == len(written(simulator)) >= 3, at
        if not was_killed:
            break
        changes, at = [_opposite(one) for one in changes], at + 1
    assert at >= 10


def _opposite(change: Change) -> Change:
    verbs = {Verb.ADD_MEMBER: Verb.REMOVE_MEMBER, Verb.REMOVE_MEMBER: Verb.ADD_MEMBER}
    return replace(change, verb=verbs[change.verb])


def test_a_worker_killed_while_it_carries_out_is_taken_over_and_nothing_is_done_twice(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    plan_id = plan(tenant, settings, *swap(tenant, place=8, joining=20))
    simulator.post("/_simulator/writes/reset", {})
    held = {"path_prefix": "/v1.0/groups", "method": "PATCH", "kind": "reset", "after": True, "stall_ms": 60_000}
    simulator.post("/_simulator/faults", {**held, "times": 1})
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    with worker() as first:  # Microsoft did it, and the answer does not come
        wait_until(lambda: bool(written(simulator)))
        first.send_signal(signal.SIGKILL)
    simulator.delete("/_simulator/faults")
    assert plans.state_of(plan_id) is PlanState.RUNNING
    with worker() as second:
        wait_until(lambda: plans.state_of(plan_id) is not PlanState.RUNNING)
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=PATIENCE_SECONDS) == 0
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    assert ran.plan.state is PlanState.DONE, ran
    assert ran.count(StepState.PROVED) == len(ran.steps) == 22
    changed = [one for one in written(simulator) if one["changed"]]
    assert len(changed) == len(written(simulator)) == 3
