"""Where the engine must not believe too much: what is somebody else's, what nobody can prove, who took over."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from chamberlain import clock
from chamberlain.actions import perform_plan
from chamberlain.actions.apply_plan import apply_plan, approve_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.perform_plan import end, permits_of
from chamberlain.actions.reaching import way_to
from chamberlain.actions.undo_plan import undo_plan
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import Conflict, Refused, Upstream
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.model.carried import Ran
from chamberlain.model.plan import Change, Options, PlanState, ProofKind, StepState, Subject
from chamberlain.model.task import TaskCause, TaskState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.provision.engine import Engine, Patience
from chamberlain.provision.hand import reach
from chamberlain.provision.journal import Journal
from chamberlain.queries.undo import offer_undo
from chamberlain.settings import Settings
from chamberlain.store import plans, tasks, tenants
from chamberlain.store.connection import rows, transaction
from chamberlain.store.models import StepRow
from chamberlain.work import apply_plan as story
from stories import ADMIN, OTHER_ADMIN, at_once

Choose = Callable[..., None]
pytestmark = pytest.mark.usefixtures("read_around")
QUICK = Patience(proof=(0.0, 0.1, 0.3, 1.0), doubt=(0.0, 0.1), refusal=(0.0, 0.1))


@pytest.fixture
def settings(written_settings: Settings) -> Settings:
    return written_settings


@pytest.fixture
def tenant(written_tenant: Tenant, chosen: Choose) -> Tenant:
    return written_tenant


@pytest.fixture
def simulator(written: Simulated) -> Simulated:
    written.post("/_simulator/writes/reset", {})
    return written


def made(tenant: Tenant, settings: Settings, *changes: Change) -> int:
    return make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)


def do(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    story.apply_plan(
        at_once,
        plan_id=plan_id,
        run=plans.find(tenant_id=tenant.id, plan_id=plan_id).runs,
        settings=settings,
        patience=QUICK,
    )
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def carried_by(tenant: Tenant, settings: Settings, plan_id: int, *, around: Callable[[Any], Any], token: bool) -> Ran:
    """Carries a plan out by an engine whose way to the tenant is wrapped; the plan ends as its steps did."""
    connection = tenants.connection_of(tenant.id)
    assert connection is not None
    with transaction():
        plans.start(plan_id, actor=ADMIN, now=clock.now(), simulated=False)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    with (
        way_to(connection, settings=settings) as way,
        reach(way.endpoint, way.credential, ledger=way.ledger, permits=permits_of(ran)) as hand,
    ):
        journal = Journal(ran.plan, "a test", plans.take(plan_id) if token else None)
        Engine(around(hand), journal, lambda: None, QUICK).run()
    end(plan_id, None, run=1)
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


class Interfering:
    """The tenant, where something happens right before the first change is sent."""

    def __init__(self, hand: Any, deed: Callable[[], object]) -> None:
        self._hand, self._deed, self._is_done = hand, deed, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hand, name)

    def send(self, sendings: Sequence[Sending]) -> Any:
        if not self._is_done:
            self._is_done = True
            self._deed()
        return self._hand.send(sendings)


def newcomer(tenant: Tenant, name: str) -> Change:
    properties: dict[str, str | bool | None] = {
        "userPrincipalName": f"{name}@{tenant.domain}",
        "displayName": name.title(),
        "mailNickname": name,
    }
    return Change(Verb.CREATE_USER, Subject(""), options=Options(properties=properties))


def create_in_entra(simulator: Simulated, tenant: Tenant, name: str) -> None:
    who = {"display_name": "Somebody Else", "user_principal_name": f"{name}@{tenant.domain}"}
    simulator.post("/_simulator/mutations", {"kind": "create_user", **who})


def somebody(tenant: Tenant, place: int) -> Subject:
    found = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' AND gone_at IS NULL "
        "AND enabled AND cell & 2 = 0 AND NOT facts ? 'on_premises' ORDER BY guid DESC",
        {"tenant": tenant.id},
    )
    return Subject(found[place]["guid"])


def changed(simulator: Simulated) -> list[Any]:
    return [one for one in json.loads(simulator.get("/_simulator/writes"))["writes"] if one["changed"]]


def test_a_name_that_was_taken_is_not_ours_when_somebody_has_the_plan_tried_again(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    plan_id = made(tenant, settings, newcomer(tenant, "taken"))
    create_in_entra(simulator, tenant, "taken")
    StepRow.objects.filter(plan_id=plan_id).update(before=None)
    row = StepRow.objects.get(plan_id=plan_id)
    row.content["before"] = None  # it could not be read when the plan was made, so nothing says that the tenant moved
    row.save()
    for _ in range(2):
        ran = do(tenant, settings, plan_id)
        assert ran.plan.state is PlanState.FAILED
        assert ran.steps[0].step.state is StepState.NEEDS_PERSON, "somebody else's account is not what we made"
        assert ran.steps[0].failure == ("user_name_taken", {})
    with pytest.raises(Refused, match="plan_not_undoable"):
        undo_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id, reason="none of it is ours", settings=settings)
    assert changed(simulator) == []


def test_who_was_created_by_somebody_else_a_moment_before_is_not_ours(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    plan_id = made(tenant, settings, newcomer(tenant, "quicker"))

    def around(hand: Any) -> Any:
        return Interfering(hand, lambda: create_in_entra(simulator, tenant, "quicker"))

    ran = carried_by(tenant, settings, plan_id, around=around, token=True)
    assert ran.steps[0].step.state is StepState.NEEDS_PERSON
    assert ran.steps[0].failure is not None
    assert ran.steps[0].failure[0] == "write_not_taken"
    again = do(tenant, settings, plan_id)
    assert again.steps[0].step.state is StepState.NEEDS_PERSON
    assert [one.back for one in [offer_undo(viewer=ADMIN, tenant=tenant, plan_id=plan_id)]] == [()]


def test_a_moment_that_somebody_else_moved_proves_nothing_that_microsoft_refused(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    (found,) = rows(
        "SELECT a.guid::text AS guid, p.key FROM account a JOIN grants g ON g.tenant_id = a.tenant_id "
        "AND g.holder_id = a.id AND g.via_id = 0 AND g.closed_at IS NULL "
        "JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 3 "
        "WHERE a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND a.enabled AND NOT a.facts ? 'on_premises' "
        "ORDER BY a.guid, p.key LIMIT 1",
        {"tenant": tenant.id},
    )
    who, sku = found["guid"], found["key"].removeprefix("licence:")

    def happens(kind: str, **said: object) -> None:
        simulator.post("/_simulator/mutations", {"kind": kind, "user": who, **said})

    def give_again() -> None:
        happens("update_user", usage_location="DE")
        happens("assign_licence", sku_id=sku, at=f"{clock.now():%Y-%m-%dT%H:%M:%SZ}")
        happens("update_user", usage_location=None)

    happens("update_user", usage_location=None)
    plan_id = made(tenant, settings, Change(Verb.REPROCESS_LICENCES, Subject(who)))

    def around(hand: Any) -> Any:
        return Interfering(hand, give_again)

    ran = carried_by(tenant, settings, plan_id, around=around, token=True)
    (step,) = ran.steps
    assert (step.step.state, step.tries) == (StepState.NEEDS_PERSON, 1)
    assert "usage location" in str(step.failure)


def test_where_no_licence_is_left_to_go_through_it_is_asked_for_once_and_not_provable(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    (found,) = rows(
        "SELECT a.guid::text AS guid, min(p.key) AS key FROM account a JOIN grants g ON g.tenant_id = a.tenant_id "
        "AND g.holder_id = a.id AND g.closed_at IS NULL "
        "JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 3 "
        "WHERE a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND a.enabled AND a.facts ? 'usage_location' "
        "GROUP BY a.guid HAVING count(*) = 1 AND max(g.via_id) = 0 ORDER BY a.guid LIMIT 1",
        {"tenant": tenant.id},
    )
    who = Subject(found["guid"])
    before = len(json.loads(simulator.get("/_simulator/writes"))["writes"])
    takes = Change(Verb.REMOVE_LICENCE, who, found["key"])
    ran = do(tenant, settings, made(tenant, settings, takes, Change(Verb.REPROCESS_LICENCES, who)))
    assert ran.plan.state is PlanState.DONE
    assert {one.step.change.verb: one.step.state for one in ran.steps} == {
        Verb.REMOVE_LICENCE: StepState.PROVED,
        Verb.REPROCESS_LICENCES: StepState.NOT_PROVABLE,
    }
    sent = json.loads(simulator.get("/_simulator/writes"))["writes"][before:]
    assert [one["path"].rpartition("/")[2] for one in sent] == ["assignLicense", "reprocessLicenseAssignment"]


# What is sent for a change of each family, and what it changes: method, path, verb, and whom or what it is about.
FAMILIES = (
    ("POST", "/v1.0/groups", Verb.ADD_OWNER, "group"),
    ("POST", "/v1.0/groups", Verb.ADD_MEMBER, "group"),
    ("POST", "/v1.0/roleManagement", Verb.ASSIGN_ROLE, "role"),
    ("POST", "/v1.0/servicePrincipals", Verb.ASSIGN_APP_ROLE, "app_role"),
    ("POST", "/v1.0/users", Verb.ASSIGN_LICENCE, "licence"),
    ("PATCH", "/v1.0/users", Verb.UPDATE_USER, ""),
    ("PATCH", "/v1.0/users", Verb.BLOCK, ""),
    ("POST", "/v1.0/users", Verb.REVOKE_SESSIONS, ""),
    ("DELETE", "/v1.0/users", Verb.DELETE_USER, ""),
)
PERMISSIONS = {
    "group": "kind = 'security_group' AND owners > 0 AND NOT facts ? 'dynamic' AND NOT facts ? 'on_premises' "
    "AND NOT facts ? 'role_assignable'",
    "role": "key = 'role:4a5d8f65-41da-4de4-8968-e035b65339cf'",
    "app_role": "family = 4 AND NOT facts ? 'app_blocked'",
    "licence": "family = 3 AND (facts ->> 'enabled')::int > coalesce((facts ->> 'consumed')::int, 0) + 3",
}


@pytest.mark.parametrize(("method", "path", "verb", "about"), FAMILIES, ids=[one[2].value for one in FAMILIES])
def test_a_time_out_after_the_work_was_done_repeats_nothing(
    tenant: Tenant, settings: Settings, simulator: Simulated, method: str, path: str, verb: Verb, about: str
) -> None:
    options = Options(properties={"department": f"after {verb.value}"}) if verb is Verb.UPDATE_USER else Options()
    key = permission(tenant, about) if about else ""
    plan_id = made(tenant, settings, Change(verb, outsider(tenant, key), key, options))
    approve_plan(actor=OTHER_ADMIN, tenant=tenant, plan_id=plan_id)
    fault = {"path_prefix": path, "method": method, "kind": "reset", "after": True, "times": 1}
    simulator.post("/_simulator/faults", fault)
    try:
        ran = do(tenant, settings, plan_id)
    finally:
        simulator.delete("/_simulator/faults")
    assert ran.plan.state is PlanState.DONE, (ran.plan.barred, [one.failure for one in ran.steps])
    (step,) = ran.steps
    assert step.step.proof is not None
    assert step.step.proof.seen != step.step.before
    (write,) = [one for one in json.loads(simulator.get("/_simulator/writes"))["writes"] if one["method"] == method]
    assert (write["changed"], write["spoiled"]) == (True, True)


def permission(tenant: Tenant, about: str) -> str:
    found = rows(
        f"SELECT key FROM permission WHERE tenant_id = %(tenant)s AND gone_at IS NULL AND {PERMISSIONS[about]} "
        "ORDER BY key LIMIT 1",
        {"tenant": tenant.id},
    )
    return str(found[0]["key"])


def outsider(tenant: Tenant, key: str) -> Subject:
    """Somebody with a usage location who is in no way related to a permission, and was in no other of these tests."""
    found = rows(
        """
        SELECT a.guid::text AS guid FROM account a
        WHERE a.tenant_id = %(tenant)s AND a.type = 'member' AND a.enabled AND a.gone_at IS NULL AND a.cell & 2 = 0
          AND a.facts ? 'usage_location' AND NOT a.facts ? 'on_premises' AND NOT EXISTS (
            SELECT FROM grants g JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id
            WHERE g.tenant_id = a.tenant_id AND g.holder_id = a.id AND g.closed_at IS NULL AND p.key = %(key)s)
          AND NOT EXISTS (SELECT FROM plan_step s WHERE s.tenant_id = a.tenant_id AND s.subject = 'account:' || a.guid)
        ORDER BY a.guid LIMIT 1
        """,
        {"tenant": tenant.id, "key": key},
    )
    return Subject(found[0]["guid"])


def test_whose_account_was_made_though_the_answer_got_lost_is_ours(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    plan_id = made(tenant, settings, newcomer(tenant, "lostanswer"))
    fault = {"path_prefix": "/v1.0/users", "method": "POST", "kind": "reset", "after": True, "times": 1}
    simulator.post("/_simulator/faults", fault)
    try:
        ran = do(tenant, settings, plan_id)
    finally:
        simulator.delete("/_simulator/faults")
    assert ran.plan.state is PlanState.DONE, ran.steps
    assert len(changed(simulator)) == 1
    back = undo_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id, reason="it was wrong", settings=settings)
    assert do(tenant, settings, back).plan.state is PlanState.DONE


def unprovable(plan_id: int) -> None:
    """Nothing of the tenant shows what the step does."""
    for row in StepRow.objects.filter(plan_id=plan_id):
        row.content["expected"] = {}
        row.save()


def test_what_nothing_can_prove_is_done_when_microsoft_took_it_and_counted_apart(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    who = somebody(tenant, 0)
    plan_id = made(tenant, settings, Change(Verb.REVOKE_SESSIONS, who), Change(Verb.BLOCK, who))
    row = StepRow.objects.get(plan_id=plan_id, verb=Verb.REVOKE_SESSIONS.value)
    row.content["expected"] = {}
    row.save()
    ran = do(tenant, settings, plan_id)
    assert ran.plan.state is PlanState.DONE
    assert (ran.count(StepState.PROVED), ran.count(StepState.NOT_PROVABLE)) == (1, 1)
    (told,) = [one.step.proof for one in ran.steps if one.step.state is StepState.NOT_PROVABLE]
    assert told is not None
    assert (told.kind, told.seen) == (ProofKind.NONE, {})
    assert len(changed(simulator)) == 2


def test_what_nothing_can_prove_is_not_sent_again_when_nobody_knows_whether_it_got_through(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    plan_id = made(tenant, settings, Change(Verb.REVOKE_SESSIONS, somebody(tenant, 1)))
    unprovable(plan_id)
    fault = {"path_prefix": "/v1.0/users", "method": "POST", "kind": "reset", "after": True, "times": 1}
    simulator.post("/_simulator/faults", fault)
    try:
        ran = do(tenant, settings, plan_id)
    finally:
        simulator.delete("/_simulator/faults")
    assert len(changed(simulator)) == 1
    assert ran.plan.state is PlanState.FAILED
    (task,) = tasks.listing(tenant_id=tenant.id, states=[TaskState.OPEN], limit=5, plan_id=plan_id)
    assert task.cause is TaskCause.UNPROVED


def test_whoever_was_taken_for_dead_writes_and_sends_nothing_more(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    who = somebody(tenant, 2)
    plan_id = made(tenant, settings, Change(Verb.BLOCK, who), Change(Verb.REVOKE_SESSIONS, who))

    def around(hand: Any) -> Any:
        return Interfering(hand, lambda: plans.take(plan_id))  # another worker begins while the first change is sent

    with pytest.raises(Conflict, match="plan_taken_over"):
        carried_by(tenant, settings, plan_id, around=around, token=True)
    assert plans.state_of(plan_id) is PlanState.RUNNING, "the other one ends it"
    assert len(changed(simulator)) == 1, "of two steps the second was not sent"
    end(plan_id, ("plan_taken_over", {}), run=1)
    assert plans.state_of(plan_id) is PlanState.RUNNING
    story.apply_plan(
        at_once,
        plan_id=plan_id,
        run=plans.find(tenant_id=tenant.id, plan_id=plan_id).runs,
        settings=settings,
    )
    assert plans.state_of(plan_id) is PlanState.DONE
    assert len(changed(simulator)) == 2


def test_a_plan_that_is_edited_after_it_was_queued_is_not_carried_out(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    plan_id = made(tenant, settings, Change(Verb.BLOCK, somebody(tenant, 3)))
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    row = StepRow.objects.get(plan_id=plan_id)
    row.content["change"]["subject"]["guid"] = somebody(tenant, 4).guid
    row.save()
    story.apply_plan(
        at_once,
        plan_id=plan_id,
        run=plans.find(tenant_id=tenant.id, plan_id=plan_id).runs,
        settings=settings,
    )
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    assert (ran.plan.state, ran.pause and ran.pause[0]) == (PlanState.PAUSED, "plan_edited")
    assert changed(simulator) == []


def test_what_may_have_happened_is_put_back_as_well(tenant: Tenant, settings: Settings, simulator: Simulated) -> None:
    """A plan that stopped between the call and the proof: its undo leaves nothing behind."""
    who = somebody(tenant, 5)
    plan_id = made(tenant, settings, Change(Verb.BLOCK, who))

    class Gone(BaseException):
        pass

    class Falling(Interfering):
        def send(self, sendings: Sequence[Sending]) -> Any:
            self._hand.send(sendings)
            raise Gone

    with pytest.raises(Gone):
        carried_by(tenant, settings, plan_id, around=lambda hand: Falling(hand, lambda: None), token=False)
    end(plan_id, ("microsoft_unreachable", {}), run=1)
    assert len(changed(simulator)) == 1
    offer = offer_undo(viewer=ADMIN, tenant=tenant, plan_id=plan_id)
    assert [one.change for one in offer.back] == [replace(Change(Verb.BLOCK, who), verb=Verb.ENABLE)]
    back = undo_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id, reason="stop it", settings=settings)
    assert do(tenant, settings, back).plan.state is PlanState.DONE
    assert len(changed(simulator)) == 2


def test_a_job_of_an_earlier_start_that_comes_late_neither_carries_out_nor_ends(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    """Killed after it had ended the plan, before the engine knew: the plan may have been started again by then."""
    plan_id = made(tenant, settings, Change(Verb.BLOCK, somebody(tenant, 6)))
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    end(plan_id, ("microsoft_unreachable", {}), run=1)
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    story.apply_plan(at_once, plan_id=plan_id, run=1, settings=settings)
    assert plans.state_of(plan_id) is PlanState.RUNNING
    assert changed(simulator) == []
    story.apply_plan(at_once, plan_id=plan_id, run=2, settings=settings)
    assert plans.state_of(plan_id) is PlanState.DONE
    assert len(changed(simulator)) == 1


class Noticing:
    """The tenant, where something happens whenever it is read."""

    def __init__(self, hand: Any, deed: Callable[[], object]) -> None:
        self._hand, self._deed = hand, deed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hand, name)

    def seen(self, changes: Sequence[Change]) -> Any:
        found = self._hand.seen(changes)
        self._deed()
        return found


def carried_by_the_dead(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, plan_id: int, deed: Callable[[], object]
) -> None:
    """Carries out the plan's first run as a worker does, to which something happens when it has read the tenant."""

    @contextmanager
    def reach_it(*values: Any, **named: Any) -> Iterator[Noticing]:
        with reach(*values, **named) as hand:
            yield Noticing(hand, deed)

    with monkeypatch.context() as patched:
        patched.setattr(perform_plan, "reach", reach_it)
        story.apply_plan(at_once, plan_id=plan_id, run=1, settings=settings)


def test_whoever_was_taken_for_dead_does_not_call_the_plan_stale(
    tenant: Tenant, settings: Settings, simulator: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = somebody(tenant, 7)
    plan_id = made(tenant, settings, Change(Verb.BLOCK, who))
    simulator.post("/_simulator/mutations", {"kind": "update_user", "user": who.guid, "account_enabled": False})
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    carried_by_the_dead(settings, monkeypatch, plan_id, lambda: plans.take(plan_id))
    assert plans.state_of(plan_id) is PlanState.RUNNING, "the other one says how it is"
    carried_by_the_dead(settings, monkeypatch, plan_id, lambda: None)
    assert plans.state_of(plan_id) is PlanState.STALE
    simulator.post("/_simulator/mutations", {"kind": "update_user", "user": who.guid, "account_enabled": True})


def test_whoever_was_taken_for_dead_rehearses_nothing(
    tenant: Tenant, settings: Settings, simulator: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_id = made(tenant, settings, Change(Verb.BLOCK, somebody(tenant, 8)))
    with transaction():
        plans.start(plan_id, actor=ADMIN, now=clock.now(), simulated=True)
    carried_by_the_dead(settings, monkeypatch, plan_id, lambda: plans.take(plan_id))
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    assert (ran.plan.state, ran.count(StepState.WAITING)) == (PlanState.RUNNING, 1)
    carried_by_the_dead(settings, monkeypatch, plan_id, lambda: None)
    assert plans.find(tenant_id=tenant.id, plan_id=plan_id).count(StepState.SKIPPED) == 1
    assert changed(simulator) == []


@pytest.mark.parametrize(
    ("met", "told"),
    [(Upstream("microsoft_unreachable"), "microsoft_unreachable"), (RuntimeError("nobody foresaw it"), "unexpected")],
    ids=["foreseen", "unforeseen"],
)
def test_what_whoever_was_taken_for_dead_meets_pauses_no_plan(
    tenant: Tenant,
    settings: Settings,
    simulator: Simulated,
    monkeypatch: pytest.MonkeyPatch,
    met: Exception,
    told: str,
) -> None:
    plan_id = made(tenant, settings, Change(Verb.BLOCK, somebody(tenant, 9)))
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)

    def fall() -> None:
        raise met

    def be_replaced_and_fall() -> None:
        plans.take(plan_id)
        fall()

    carried_by_the_dead(settings, monkeypatch, plan_id, be_replaced_and_fall)
    assert plans.state_of(plan_id) is PlanState.RUNNING, "the other one carries it out"
    carried_by_the_dead(settings, monkeypatch, plan_id, fall)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    assert (ran.plan.state, ran.pause and ran.pause[0]) == (PlanState.PAUSED, told)
    assert changed(simulator) == []
