"""What takes a second person is chosen; power over the tenant always does, and nobody alone takes a choice away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.guard import Approval, Eyes, Guard, Rails, Standing
from chamberlain.model.kind import Family, Kind
from chamberlain.model.plan import Cause, Change, Plan, PlanState, Step, Subject
from chamberlain.model.situation import PermissionKnown
from chamberlain.model.verb import EMERGENCY, Verb
from chamberlain.policy.planning.four_eyes import MASS, choose, in_force, name_all, sort_of
from chamberlain.policy.planning.guards import objections
from chamberlain.policy.planning.words import EYES, say_objection

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ANNE, BO = (Actor(ActorKind.PERSON, name, name.title()) for name in ("anne", "bo"))
CREW, POWER = "group:crew", "group:power"
PERMISSIONS = {
    CREW: PermissionKnown(CREW, Kind.SECURITY_GROUP, "Crew"),
    POWER: PermissionKnown(POWER, Kind.SECURITY_GROUP, "Power", privileged=True),
}
CALM = Standing(NOW, people=10_000)
ALL = Rails(four_eyes=tuple(Eyes))


def plan(*changes: Change, cause: Cause = Cause.PERSON) -> Plan:
    steps = tuple(Step(number, change, "somebody", "something") for number, change in enumerate(changes, 1))
    return Plan(1, 1, cause, "because", "anne", "Anne", NOW, NOW, "", PlanState.PLANNED, steps)


def change(verb: Verb, number: int = 1) -> Change:
    return Change(verb, Subject(f"p{number}"), CREW if verb.family else "")


def said(one: Plan, rails: Rails, standing: Standing = CALM, *, in_person: bool = True) -> list[str]:
    found = objections(one, rails=rails, standing=standing, permissions=PERMISSIONS, by_administrator=in_person)
    assert not [objection for objection in found if "–" in say_objection(objection)]
    return [sort for objection in found for sort in objection.values.get("sorts", "").split(",") if sort]


@pytest.mark.parametrize("verb", sorted(Verb))
def test_whatever_can_be_done_can_be_made_to_take_a_second_person(verb: Verb) -> None:
    sort = sort_of(change(verb))
    if sort is None:
        assert verb.family is Family.ROLE, "which always takes one"
        assert said(plan(change(verb)), Rails()) == ["power"]
        return
    assert said(plan(change(verb)), Rails(), in_person=False) == []
    assert said(plan(change(verb)), Rails(four_eyes=(sort,)), in_person=False) == [sort.value]
    others = tuple(one for one in Eyes if one is not sort)
    assert said(plan(change(verb)), Rails(four_eyes=others), in_person=False) == []


@pytest.mark.parametrize("verb", sorted(EMERGENCY))
def test_whoever_locks_somebody_out_in_person_waits_for_nobody(verb: Verb) -> None:
    assert said(plan(change(verb)), ALL) == []
    assert said(plan(change(verb)), ALL, in_person=False) == ["accounts"]


def test_power_takes_a_second_person_whatever_is_chosen() -> None:
    joins = Change(Verb.ADD_MEMBER, Subject("p1"), POWER)
    for rails in (Rails(), ALL):
        assert "power" in said(plan(joins), rails)


def test_many_changes_are_many_whatever_they_are_but_not_when_they_are_put_back() -> None:
    mass = Rails(four_eyes=(Eyes.MASS,))
    few, many = ([change(Verb.ADD_MEMBER, n) for n in range(count)] for count in (MASS, MASS + 1))
    assert said(plan(*few), mass) == []
    assert said(plan(*many), mass) == ["mass"]
    assert said(plan(*many, cause=Cause.UNDO), mass) == []


def test_what_ends_as_agreed_takes_nobody_again() -> None:
    leaves = plan(change(Verb.REMOVE_MEMBER), cause=Cause.EXPIRY)
    assert said(leaves, Rails(four_eyes=(Eyes.GROUPS,))) == []


def test_an_approval_of_somebody_else_is_enough_for_all_of_it() -> None:
    found = objections(
        plan(change(Verb.DELETE_USER), change(Verb.ADD_MEMBER)),
        rails=ALL,
        standing=CALM,
        permissions=PERMISSIONS,
        approvals=(Approval("bo", NOW),),
    )
    assert [one.guard for one in found if one.guard is not Guard.OUTSIDE_WINDOW] == []


def test_nobody_alone_takes_a_choice_away() -> None:
    asked = choose(Rails(four_eyes=(Eyes.PASSWORDS,)), less=frozenset(Eyes), by=ANNE, now=NOW, administrators=2)
    assert [one.by for one in asked.easing] == ["anne"]
    assert said(plan(change(Verb.RESET_PASSWORD)), asked) == ["passwords"]
    again = choose(asked, less=frozenset({Eyes.PASSWORDS}), by=ANNE, now=NOW + timedelta(days=99), administrators=2)
    assert again == asked, "asking twice is not being two, and no time makes it so"
    agreed = choose(asked, less=frozenset({Eyes.PASSWORDS}), by=BO, now=NOW, administrators=2)
    assert (agreed.four_eyes, agreed.easing) == ((), ())


def test_who_agrees_to_one_thing_agrees_to_nothing_else() -> None:
    both = frozenset({Eyes.PASSWORDS, Eyes.DELETIONS})
    asked = choose(Rails(four_eyes=tuple(both)), less=both, by=ANNE, now=NOW, administrators=2)
    agreed = choose(asked, less=frozenset({Eyes.PASSWORDS}), by=BO, now=NOW, administrators=2)
    assert (agreed.four_eyes, [one.what for one in agreed.easing]) == ((Eyes.DELETIONS,), [Eyes.DELETIONS])
    kept = choose(agreed, more=frozenset({Eyes.DELETIONS}), by=BO, now=NOW, administrators=2)
    assert (kept.four_eyes, kept.easing) == ((Eyes.DELETIONS,), ())
    other = choose(asked, more=frozenset({Eyes.GROUPS}), by=BO, now=NOW, administrators=2)
    assert set(other.four_eyes) == both | {Eyes.GROUPS}
    assert {one.what for one in other.easing} == both


def test_who_is_alone_waits_the_delay_that_held_when_it_was_asked() -> None:
    rails = Rails(four_eyes=(Eyes.PASSWORDS,), approval_delay=timedelta(hours=5))
    asked = choose(rails, less=frozenset(Eyes), by=ANNE, now=NOW, administrators=1)
    shorter = replace(asked, approval_delay=timedelta(0))
    for hours, held in ((0, True), (4, True), (5, False)):
        now = NOW + timedelta(hours=hours)
        assert (Eyes.PASSWORDS in in_force(shorter, now=now, administrators=1)) is held
        assert Eyes.PASSWORDS in in_force(shorter, now=now, administrators=2), "now there is somebody to ask"
    at_once = choose(
        replace(rails, approval_delay=timedelta(0)), less=frozenset(Eyes), by=ANNE, now=NOW, administrators=1
    )
    assert (at_once.four_eyes, at_once.easing) == ((), ())


def test_who_names_all_of_it_asks_for_the_rest_to_go_and_for_what_went_meanwhile_to_come_back() -> None:
    rails = Rails(four_eyes=(Eyes.DELETIONS, Eyes.PASSWORDS), approval_delay=timedelta(hours=5))
    asked = name_all(rails, named=frozenset({Eyes.PASSWORDS}), by=ANNE, now=NOW, administrators=1)
    assert (asked.four_eyes, [one.what for one in asked.easing]) == (rails.four_eyes, [Eyes.DELETIONS])
    later = NOW + timedelta(hours=5)
    both = frozenset({Eyes.DELETIONS, Eyes.PASSWORDS})
    back = name_all(asked, named=both, by=ANNE, now=later, administrators=1)
    assert (back.four_eyes, back.easing) == (rails.four_eyes, ())
    still = name_all(asked, named=both, by=BO, now=NOW, administrators=1)
    assert still == asked, "naming what waits to go is no wish that it stays"


def test_every_sort_has_words() -> None:
    assert set(EYES) == {"power", *Eyes}
