"""Groups that only Exchange changes, in the same plans as all others: changed by Exchange, proved by Exchange."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chamberlain import clock
from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.undo_plan import undo_plan
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.errors import Refused
from chamberlain.model.capability import Capability
from chamberlain.model.carried import Ran
from chamberlain.model.kind import Kind
from chamberlain.model.obstacle import Hindrance
from chamberlain.model.plan import Change, PlanState, ProofKind, StepState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import STANDARD
from chamberlain.settings import Settings, load
from chamberlain.store import plans, scopes
from chamberlain.store.connection import rows
from chamberlain.work import apply_plan as story
from granting import Grants
from stories import ADMIN, at_once, connect_and_sync, perform

SUBJECTS = [Kind.MAIL_SECURITY_GROUP.value, Kind.DISTRIBUTION_GROUP.value]
WRITING = (Capability.PROVISION_MAIL_GROUPS, Capability.PROVISION_GROUPS)


@pytest.fixture(scope="module")
def simulator(start_tenant: Callable[..., Simulated]) -> Simulated:
    return start_tenant(users=60, groups=40, memberships=200, apps=4, seed=11)


@pytest.fixture(scope="module")
def settings(exchange_settings: Settings) -> Settings:
    return exchange_settings


@pytest.fixture(scope="module")
def tenant(world: World, simulator: Simulated, settings: Settings) -> Tenant:
    found = connect_and_sync(simulator, settings)
    Grants(simulator).grant("GroupMember.ReadWrite.All")
    simulator.post("/_simulator/exchange/let_in", {"client_id": simulator.own_client_id})
    simulator.post("/_simulator/knobs", {"exchange_lag_ms": 0})
    scopes.choose(tenant_id=found.id, capabilities={*STANDARD, *WRITING}, now=clock.now(), by="a test")
    assert perform(found, settings).error_code is None
    return found


def exchange(simulator: Simulated) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(simulator.get("/_simulator/exchange"))
    return found


def in_groups(simulator: Simulated) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Members and managers of every group, as Exchange has them."""
    found = exchange(simulator)["groups"]
    return {one["id"]: (frozenset(one["members"]), frozenset(one["managers"])) for one in found}


def carried(tenant: Tenant, settings: Settings, *changes: Change) -> Ran:
    plan_id = make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)
    return do(tenant, settings, plan_id)


def do(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    story.apply_plan(
        at_once,
        plan_id=plan_id,
        run=plans.find(tenant_id=tenant.id, plan_id=plan_id).runs,
        settings=settings,
    )
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def place(tenant: Tenant, simulator: Simulated, kind: str) -> tuple[str, str]:
    """A mail group of a kind that can be changed, and somebody who is not in it."""
    of_kind = "SELECT key FROM permission WHERE tenant_id = %(tenant)s AND kind = %(kind)s AND gone_at IS NULL"
    keys = {row["key"] for row in rows(of_kind, {"tenant": tenant.id, "kind": kind})}
    known = exchange(simulator)
    group = next(one for one in known["groups"] if not one["synced"] and f"group:{one['id']}" in keys)
    outside = next(one["id"] for one in known["mailboxes"] if one["id"] not in group["members"])
    return group["id"], outside


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_kind_of_mail_group_is_changed_and_proved_by_exchange(
    tenant: Tenant, settings: Settings, simulator: Simulated, subject: str
) -> None:
    """The capability matrix names this test."""
    group, who = place(tenant, simulator, subject)
    for verb, list_ in ((Verb.ADD_MEMBER, "members"), (Verb.ADD_OWNER, "managers")):
        ran = carried(tenant, settings, Change(verb, Subject(who), f"group:{group}"))
        assert not ran.plan.barred
        (step,) = ran.plan.steps
        assert (ran.plan.state, step.state) == (PlanState.DONE, StepState.PROVED)
        assert step.proof is not None
        assert step.proof.kind is ProofKind.EXCHANGE
        (there,) = [one for one in exchange(simulator)["groups"] if one["id"] == group]
        assert who in there[list_]


def test_one_plan_changes_groups_of_both_sorts(tenant: Tenant, settings: Settings, simulator: Simulated) -> None:
    mail, who = place(tenant, simulator, Kind.DISTRIBUTION_GROUP.value)
    (plain,) = rows(
        """
        SELECT key FROM permission WHERE tenant_id = %(tenant)s AND kind = 'security_group' AND gone_at IS NULL
          AND NOT coalesce((facts ->> 'dynamic')::bool, false) AND NOT coalesce((facts ->> 'on_premises')::bool, false)
          AND NOT coalesce((facts ->> 'role_assignable')::bool, false)
          AND key NOT IN (SELECT unnest(%(of)s::text[])) ORDER BY key LIMIT 1
        """,
        {"tenant": tenant.id, "of": held_by(simulator, who)},
    )
    wanted = [Change(Verb.ADD_MEMBER, Subject(who), key) for key in (f"group:{mail}", plain["key"])]
    ran = carried(tenant, settings, *wanted)
    assert ran.plan.state is PlanState.DONE
    assert {step.change.permission: step.proof.kind for step in ran.plan.steps if step.proof} == {
        f"group:{mail}": ProofKind.EXCHANGE,
        plain["key"]: ProofKind.GRAPH,
    }


def test_an_exchange_that_answers_200_with_an_error_is_not_believed(
    tenant: Tenant, settings: Settings, simulator: Simulated
) -> None:
    group, _ = place(tenant, simulator, Kind.DISTRIBUTION_GROUP.value)
    (application,) = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'service_principal' "
        "AND gone_at IS NULL ORDER BY guid LIMIT 1",
        {"tenant": tenant.id},
    )
    nobody = application["guid"]  # Exchange knows no recipient of that id
    before = in_groups(simulator)
    simulator.post("/_simulator/knobs", {"exchange_errors_as_ok": True})
    try:
        ran = carried(tenant, settings, Change(Verb.ADD_MEMBER, Subject(nobody), f"group:{group}"))
    finally:
        simulator.post("/_simulator/knobs", {"exchange_errors_as_ok": False})
    assert (ran.plan.state, ran.steps[0].step.state) == (PlanState.FAILED, StepState.NEEDS_PERSON)
    assert ran.steps[0].failure is not None
    assert ran.steps[0].failure[0] == "exchange_not_found"
    assert in_groups(simulator) == before


def test_mail_groups_are_put_back_before_graph_knows_of_anything(
    tenant: Tenant, settings: Settings, simulator: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.post("/_simulator/knobs", {"exchange_lag_ms": 600_000})
    simulator.post("/_simulator/writes/reset", {})
    group, added = place(tenant, simulator, Kind.DISTRIBUTION_GROUP.value)
    before = in_groups(simulator)
    owner = next(one["id"] for one in exchange(simulator)["mailboxes"] if one["id"] not in before[group][1])
    wishes = (
        Change(Verb.ADD_MEMBER, Subject(added), f"group:{group}"),
        Change(Verb.ADD_OWNER, Subject(owner), f"group:{group}"),
    )
    ran = carried(tenant, settings, *wishes)
    assert [one.step.state for one in ran.steps] == [StepState.PROVED, StepState.PROVED]
    now = in_groups(simulator)
    assert now[group] == (before[group][0] | {added}, before[group][1] | {owner})

    back = undo_plan(actor=ADMIN, tenant=tenant, plan_id=ran.plan.id, reason="it was wrong", settings=settings)
    assert do(tenant, settings, back).plan.state is PlanState.DONE
    assert in_groups(simulator) == before
    writes = json.loads(simulator.get("/_simulator/writes"))["writes"]
    sent = [one["changed"] for one in writes if "InvokeCommand" in one["path"]]
    assert sent == [True] * 4

    waiting = make_plan(actor=ADMIN, tenant=tenant, changes=wishes[:1], reason="a test", settings=settings)
    monkeypatch.setenv("CHAMBERLAIN_EXCHANGE", "off")
    with pytest.raises(Refused, match="plan_barred"):  # said before anything is sent
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=waiting)
    barred = make_plan(actor=ADMIN, tenant=tenant, changes=wishes[:1], reason="a test", settings=load())
    (told,) = plans.find(tenant_id=tenant.id, plan_id=barred).plan.barred
    assert Hindrance.NEEDS_EXCHANGE in {one.hindrance for one in told.obstacles}
    with pytest.raises(Refused, match="plan_needs_exchange"):
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=barred)


def held_by(simulator: Simulated, who: str) -> list[str]:
    return [one["permission"] for one in simulator.truth() if one["t"] == "edge" and one["holder"] == who]
