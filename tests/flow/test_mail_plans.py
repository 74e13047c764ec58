"""Plans for groups that only Exchange changes: carried, proved and undone by it."""

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
from chamberlain.model.capability import Capability
from chamberlain.model.carried import Ran
from chamberlain.model.kind import Family
from chamberlain.model.observed import key_of
from chamberlain.model.obstacle import Hindrance
from chamberlain.model.plan import Change, PlanState, ProofKind, StepState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import STANDARD
from chamberlain.settings import Settings, load
from chamberlain.store import plans, scopes
from chamberlain.work import apply_plan as story
from stories import ADMIN, connect_and_sync, perform


def groups(simulated: Simulated) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(simulated.get("/_simulator/exchange"))["groups"]
    return found


def do(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    story.apply_plan(lambda _step, deed, *values: deed(*values), plan_id=plan_id, run=1, settings=settings)
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)


def test_a_plan_changes_a_mail_group_proves_it_by_exchange_and_puts_it_back(
    world: World,
    start_tenant: Callable[..., Simulated],
    pointed: Callable[[Simulated], Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulated = start_tenant(users=60, groups=40, memberships=200, apps=5, seed=31)
    simulated.post("/_simulator/exchange/let_in", {"client_id": simulated.own_client_id})
    simulated.post("/_simulator/knobs", {"exchange_lag_ms": 600_000})  # Graph knows nothing of it meanwhile
    monkeypatch.setenv("CHAMBERLAIN_EXCHANGE", "invoke")
    monkeypatch.setenv("CHAMBERLAIN_EXCHANGE_ROOT", simulated.url)
    settings = pointed(simulated)
    tenant = connect_and_sync(simulated, settings)
    chosen = STANDARD | {Capability.PROVISION_MAIL_GROUPS}
    scopes.choose(tenant_id=tenant.id, capabilities=chosen, now=clock.now(), by="a test")
    perform(tenant, settings)

    before = {one["id"]: one for one in groups(simulated)}
    group = next(one for one in before.values() if not one["synced"] and one["members"])
    people = [one["id"] for one in json.loads(simulated.get("/_simulator/exchange"))["mailboxes"]]
    added = next(one for one in people if one not in group["members"])
    owner = next(one for one in people if one not in group["managers"])
    key = key_of(Family.GROUP, group["id"])
    wishes = (Change(Verb.ADD_MEMBER, Subject(added), key), Change(Verb.ADD_OWNER, Subject(owner), key))
    plan_id = make_plan(actor=ADMIN, tenant=tenant, changes=wishes, reason="a test", settings=settings)

    ran = do(tenant, settings, plan_id)
    assert [one.step.state for one in ran.steps] == [StepState.PROVED, StepState.PROVED]
    assert {one.step.proof.kind for one in ran.steps if one.step.proof} == {ProofKind.EXCHANGE}
    assert ran.plan.state is PlanState.DONE
    now = next(one for one in groups(simulated) if one["id"] == group["id"])
    assert set(now["members"]) - set(group["members"]) == {added}
    assert set(now["managers"]) - set(group["managers"]) == {owner}

    undoing = undo_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id, reason="it was wrong", settings=settings)
    back = do(tenant, settings, undoing)
    assert back.plan.state is PlanState.DONE
    assert {one["id"]: one for one in groups(simulated)} == before
    writes = json.loads(simulated.get("/_simulator/writes"))["writes"]
    assert len([one for one in writes if "InvokeCommand" in one["path"] and one["changed"]]) == 4
    assert len([one for one in writes if "InvokeCommand" in one["path"]]) == 4

    monkeypatch.setenv("CHAMBERLAIN_EXCHANGE", "off")
    barred = make_plan(actor=ADMIN, tenant=tenant, changes=wishes[:1], reason="a test", settings=load())
    (told,) = plans.find(tenant_id=tenant.id, plan_id=barred).plan.barred
    assert Hindrance.NEEDS_EXCHANGE in {one.hindrance for one in told.obstacles}
