"""What holds plans back holds them back when they run, not only when they are made."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest
from django.db import connections

from chamberlain import clock
from chamberlain.actions.apply_plan import apply_plan, approve_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.stop_writers import release_writers, set_guards, stop_writers
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import Conflict, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.carried import Ran
from chamberlain.model.effect import Consequence
from chamberlain.model.guard import Rails, Window
from chamberlain.model.obstacle import Hindrance
from chamberlain.model.plan import Change, Options, PlanState, StepState, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.authority import Deed
from chamberlain.policy.planning.sensitive import GLOBAL_ADMINISTRATOR
from chamberlain.provision.guarding import objections_to
from chamberlain.settings import Settings
from chamberlain.store import halts, plans
from chamberlain.store.connection import rows
from chamberlain.store.models import EventRow, PlanRow
from chamberlain.store.reads import surroundings
from chamberlain.work import apply_plan as story
from stories import ADMIN, OTHER_ADMIN, at_once, nobody_else

CLOSED = Rails(windows=(Window(days=(), begins=time(1), ends=time(2)),))


@pytest.fixture
def settings(written_settings: Settings) -> Settings:
    return written_settings


@pytest.fixture
def tenant(written_tenant: Tenant) -> Iterator[Tenant]:
    set_guards(actor=ADMIN, tenant=written_tenant, rails=Rails(approval_delay=timedelta(0)))
    yield written_tenant
    set_guards(actor=ADMIN, tenant=written_tenant, rails=Rails())


def made(tenant: Tenant, settings: Settings, *changes: Change) -> int:
    return make_plan(actor=ADMIN, tenant=tenant, changes=changes, reason="a test", settings=settings)


def do(tenant: Tenant, settings: Settings, plan_id: int) -> PlanState:
    apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    return carried(tenant, settings, plan_id).plan.state


def people(tenant: Tenant, count: int) -> list[Subject]:
    """Some who administer nothing and come from the cloud."""
    found = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' AND gone_at IS NULL "
        "AND enabled AND cell & 2 = 0 AND NOT facts ? 'on_premises' ORDER BY guid LIMIT %(count)s",
        {"tenant": tenant.id, "count": count},
    )
    return [Subject(row["guid"]) for row in found]


def administrators(tenant: Tenant) -> list[Subject]:
    found = surroundings.administrators(tenant_id=tenant.id, role=GLOBAL_ADMINISTRATOR, since=clock.now())
    return [Subject(guid) for guid in sorted(found)]


def test_two_plans_do_not_take_the_last_administrators_between_them(tenant: Tenant, settings: Settings) -> None:
    here = administrators(tenant)
    assert len(here) > 1
    takes = [Change(Verb.REMOVE_ROLE, one, GLOBAL_ADMINISTRATOR) for one in here]
    first = made(tenant, settings, *takes[:-1])
    second = made(tenant, settings, takes[-1])
    for plan_id in (first, second):
        assert plans.find(tenant_id=tenant.id, plan_id=plan_id).plan.barred == (), "each by itself may be made"
        approve_plan(actor=OTHER_ADMIN, tenant=tenant, plan_id=plan_id)
    assert do(tenant, settings, first) is PlanState.DONE
    with pytest.raises(Refused, match="plan_barred") as refused:
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=second)
    assert "Global Administrator" in str(refused.value.data["why"])
    third = plans.find(tenant_id=tenant.id, plan_id=made(tenant, settings, takes[-1])).plan
    assert [one.hindrance for one in third.barred[0].obstacles] == [Hindrance.LAST_GLOBAL_ADMINISTRATOR]


def test_who_became_protected_is_protected_from_plans_made_before(tenant: Tenant, settings: Settings) -> None:
    (who,) = people(tenant, 1)
    plan_id = made(tenant, settings, Change(Verb.BLOCK, who))
    set_guards(actor=ADMIN, tenant=tenant, rails=Rails(protected_accounts=(who.guid,)))
    with pytest.raises(Refused, match="plan_barred"):
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)


def test_a_change_that_nothing_could_prove_is_not_made(tenant: Tenant, settings: Settings) -> None:
    (group,) = rows(
        'UPDATE permission SET facts = facts || \'{"visibility": "HiddenMembership"}\' WHERE tenant_id = %(tenant)s '
        "AND key = (SELECT min(key) FROM permission WHERE tenant_id = %(tenant)s AND kind = 'security_group' "
        "AND gone_at IS NULL AND NOT facts ? 'dynamic' AND NOT facts ? 'on_premises') RETURNING key",
        {"tenant": tenant.id},
    )
    (who,) = people(tenant, 1)
    plan = plans.find(
        tenant_id=tenant.id, plan_id=made(tenant, settings, Change(Verb.ADD_MEMBER, who, group["key"]))
    ).plan
    assert Hindrance.UNSEEN in {one.hindrance for one in plan.barred[0].obstacles}
    rows("UPDATE permission SET facts = facts - 'visibility' WHERE key = %(key)s RETURNING id", {"key": group["key"]})


def test_a_plan_that_reaches_too_many_says_how_many(tenant: Tenant, settings: Settings) -> None:
    plan_id = made(tenant, settings, *(Change(Verb.BLOCK, one) for one in people(tenant, 60)))
    with pytest.raises(Refused, match="plan_guarded") as refused:
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    assert "touches 60 of" in str(refused.value.data["reasons"])


def test_locking_somebody_out_waits_for_no_window_but_for_the_stop(tenant: Tenant, settings: Settings) -> None:
    who, other, third = people(tenant, 3)
    set_guards(actor=ADMIN, tenant=tenant, rails=CLOSED)
    waits = made(
        tenant, settings, Change(Verb.UPDATE_USER, other, options=Options(properties={"department": "Elsewhere"}))
    )
    with pytest.raises(Refused, match="plan_guarded"):
        apply_plan(actor=ADMIN, tenant=tenant, plan_id=waits)
    token = replace(ADMIN, only=frozenset(deed.value for deed in Deed))
    by_script = made(tenant, settings, Change(Verb.BLOCK, who))
    with pytest.raises(Refused, match="plan_guarded"):  # a script with her token is not she
        apply_plan(actor=token, tenant=tenant, plan_id=by_script)
    locks = [Change(verb, who) for verb in (Verb.REVOKE_SESSIONS, Verb.BLOCK)]
    assert do(tenant, settings, made(tenant, settings, *locks)) is PlanState.DONE
    stop_writers(actor=ADMIN, tenant=tenant, reason="a test")
    try:
        with pytest.raises(Refused, match="writers_halted"):
            apply_plan(actor=ADMIN, tenant=tenant, plan_id=made(tenant, settings, Change(Verb.BLOCK, third)))
    finally:
        release_writers(actor=ADMIN, tenant=tenant, reason="a test")


def test_a_plan_tells_which_rule_moves_somebody(tenant: Tenant, settings: Settings) -> None:
    rule = rows(
        "SELECT key, facts ->> 'rule' AS rule FROM permission WHERE tenant_id = %(tenant)s AND gone_at IS NULL "
        "AND facts ? 'dynamic' AND facts ->> 'rule' ~* '^\\(?user.department -eq \"[^\"]+\"\\)?$' ORDER BY key LIMIT 1",
        {"tenant": tenant.id},
    )
    assert rule, "the simulated tenant has such a group"
    department = rule[0]["rule"].split('"')[1]
    outside = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' AND gone_at IS NULL "
        "AND department <> %(department)s AND NOT facts ? 'on_premises' ORDER BY guid LIMIT 1",
        {"tenant": tenant.id, "department": department},
    )
    wish = Change(Verb.UPDATE_USER, Subject(outside[0]["guid"]), options=Options(properties={"department": department}))
    (step,) = plans.find(tenant_id=tenant.id, plan_id=made(tenant, settings, wish)).plan.steps
    enters = [one.link.key for one in step.effects if one.consequence is Consequence.ENTERS_BY_RULE and one.link]
    assert rule[0]["key"] in enters


def newcomer(tenant: Tenant, name: str) -> Change:
    properties: dict[str, str | bool | None] = {
        "userPrincipalName": f"{name}@{tenant.domain}",
        "displayName": "New Comer",
        "mailNickname": name,
    }
    return Change(Verb.CREATE_USER, Subject(""), options=Options(properties=properties))


def test_a_user_name_that_somebody_got_meanwhile_is_left_to_a_person(
    tenant: Tenant, settings: Settings, written: Simulated
) -> None:
    wish = newcomer(tenant, "newcomer")
    first, overtaken = made(tenant, settings, wish), made(tenant, settings, wish)
    assert do(tenant, settings, first) is PlanState.DONE
    assert do(tenant, settings, overtaken) is PlanState.STALE
    theirs = newcomer(tenant, "theirs")  # whom no sync has seen yet, and no plan of ours made
    stranger = {"user_principal_name": f"theirs@{tenant.domain}", "display_name": "Somebody Else"}
    written.post("/_simulator/mutations", {"kind": "create_user", **stranger})
    late = made(tenant, settings, theirs)
    assert do(tenant, settings, late) is PlanState.FAILED
    (step,) = plans.find(tenant_id=tenant.id, plan_id=late).steps
    assert step.step.state is StepState.NEEDS_PERSON
    assert step.failure == ("user_name_taken", {})
    assert step.tries == 0, "nothing was sent"


def test_whoever_made_a_plan_does_not_approve_it(tenant: Tenant, settings: Settings) -> None:
    (who,) = people(tenant, 1)
    plan_id = made(tenant, settings, Change(Verb.ASSIGN_ROLE, who, GLOBAL_ADMINISTRATOR))
    with pytest.raises(Refused, match="plan_own_approval"):
        approve_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
    assert plans.state_of(plan_id) is PlanState.PLANNED
    assert plans.find(tenant_id=tenant.id, plan_id=plan_id).approved_at is None


def test_whoever_is_alone_hurries_no_plan_by_shortening_the_delay(tenant: Tenant, settings: Settings) -> None:
    (who,) = people(tenant, 1)
    set_guards(actor=ADMIN, tenant=tenant, rails=Rails(approval_delay=timedelta(hours=24)))
    plan_id = made(tenant, settings, Change(Verb.ASSIGN_ROLE, who, GLOBAL_ADMINISTRATOR))
    set_guards(actor=ADMIN, tenant=tenant, rails=Rails(approval_delay=timedelta(0)))
    with nobody_else():
        with pytest.raises(Refused, match="plan_guarded") as refused:
            apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
        assert "it waits instead" in str(refused.value.data["reasons"])
        ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
        (objection,) = objections_to(ran, actor=ADMIN)
        assert objection.until == ran.plan.made_at + timedelta(hours=24)
        PlanRow.objects.filter(id=plan_id).update(approval_delay=None)
        noted = plans.find(tenant_id=tenant.id, plan_id=plan_id)
        assert objections_to(noted, actor=ADMIN) == (), "made before it was noted"


def test_of_two_who_approve_at_once_one_did(tenant: Tenant, settings: Settings) -> None:
    (who,) = people(tenant, 1)
    plan_id = made(tenant, settings, Change(Verb.ASSIGN_ROLE, who, GLOBAL_ADMINISTRATOR))
    both = [OTHER_ADMIN, replace(OTHER_ADMIN, id="00000000-0000-4000-8000-00000000ad09", name="Olga Admin")]
    at_once = threading.Barrier(len(both))
    told: list[str] = []

    def approve(actor: Actor) -> None:
        at_once.wait()
        try:
            approve_plan(actor=actor, tenant=tenant, plan_id=plan_id)
            told.append(actor.name)
        except Conflict as conflict:
            told.append(conflict.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=(actor,)) for actor in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    assert sorted(told) == sorted([ran.approved_by_name, "plan_move_illegal"])
    assert EventRow.objects.filter(name="plan:approved", subject=f"plan:{plan_id}").count() == 1


def test_the_breaker_pauses_every_writer_and_all_go_on_when_somebody_closed_it(
    tenant: Tenant, settings: Settings, written: Simulated
) -> None:
    set_guards(actor=ADMIN, tenant=tenant, rails=Rails(failures=3, failures_of=10))
    moves = [
        Change(Verb.UPDATE_USER, who, options=Options(properties={"department": "Nowhere"}))
        for who in people(tenant, 6)
    ]
    fails, beside, later = (made(tenant, settings, *some) for some in (moves[:4], moves[4:5], moves[5:]))
    victim = people(tenant, 7)[-1]
    refusal = {"path_prefix": "/v1.0/users", "method": "PATCH", "kind": "status", "status": 403, "times": 1_000}
    written.post("/_simulator/faults", refusal)
    try:
        for plan_id in (fails, beside):
            apply_plan(actor=ADMIN, tenant=tenant, plan_id=plan_id)
        for plan_id in (fails, beside):
            ran = carried(tenant, settings, plan_id)
            assert (ran.plan.state, ran.pause and ran.pause[0]) == (PlanState.PAUSED, "breaker_tripped")
        assert plans.find(tenant_id=tenant.id, plan_id=fails).count(StepState.NEEDS_PERSON) == 4
        assert plans.find(tenant_id=tenant.id, plan_id=beside).count(StepState.WAITING) == 1
        with pytest.raises(Refused, match="breaker_tripped"):
            apply_plan(actor=ADMIN, tenant=tenant, plan_id=later)
        assert [one.is_breaker for one in halts.halts_of(tenant.id)] == [True]
        assert EventRow.objects.filter(name="breaker:tripped", subject=f"plan:{fails}").count() == 1
        written.delete("/_simulator/faults")
        assert do(tenant, settings, made(tenant, settings, Change(Verb.BLOCK, victim))) is PlanState.DONE
    finally:
        written.delete("/_simulator/faults")
        release_writers(actor=OTHER_ADMIN, tenant=tenant, reason="looked at them")
    for plan_id in (beside, later):
        assert do(tenant, settings, plan_id) is PlanState.DONE
    assert do(tenant, settings, fails) is PlanState.FAILED, "what was left to people is still theirs"
    assert do(tenant, settings, fails) is PlanState.DONE, "and is tried again when they say so"


def carried(tenant: Tenant, settings: Settings, plan_id: int) -> Ran:
    times = plans.find(tenant_id=tenant.id, plan_id=plan_id).runs
    story.apply_plan(at_once, plan_id=plan_id, run=times, settings=settings)
    return plans.find(tenant_id=tenant.id, plan_id=plan_id)
