"""A plan says beforehand that Microsoft may refuse a licence because of services that exclude or need each other."""

from datetime import UTC, datetime
from typing import Any

from chamberlain.model.capability import Capability
from chamberlain.model.effect import Consequence
from chamberlain.model.kind import Kind, Relation
from chamberlain.model.plan import Change, Options, Subject, SubjectType
from chamberlain.model.situation import AccountKnown, Edge, PermissionKnown, Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import ABILITIES
from chamberlain.policy.planning.draft import draft
from chamberlain.policy.planning.service_plans import EXCLUSIVE, NEEDED_NAMES, NEEDS
from chamberlain.policy.planning.words import say_effect

ANNE, CREW = Subject("anne"), Subject("crew", SubjectType.GROUP)
E1, E3, CALLS = "licence:e1", "licence:e3", "licence:calls"
SHAREPOINT_1, SHAREPOINT_2 = "c7699d2e-19aa-44de-8edf-1736da088ca1", "5dbe027f-2339-4123-9542-606e4d348a72"
SKYPE, CONFERENCES = "0feaeb32-d00e-4d66-bd5a-43b5b83db82c", "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40"
PLANS = {
    E1: {SHAREPOINT_1: "SharePoint (Plan 1)"},
    E3: {SHAREPOINT_2: "SharePoint (Plan 2)", SKYPE: "Skype for Business"},
    CALLS: {CONFERENCES: "Audio Conferencing"},
}


def situation(*edges: Edge, **more: Any) -> Situation:
    return Situation(
        as_of=datetime(2026, 11, 25, tzinfo=UTC),
        accounts={"anne": AccountKnown("anne", "Anne", "anne@contoso.example", usage_location="DE")},
        permissions={
            "group:crew": PermissionKnown("group:crew", Kind.SECURITY_GROUP, "Crew"),
            **{key: PermissionKnown(key, Kind.LICENCE, key.rpartition(":")[2].upper()) for key in PLANS},
        },
        edges=frozenset(edges),
        chosen=frozenset(Capability),
        held=frozenset(use.scope for one in ABILITIES.values() for use in one.uses),
        service_plans=PLANS,
        **more,
    )


def told(known: Situation, *changes: Change) -> dict[Consequence, str]:
    found = draft(changes, situation=known)
    assert not found.barred, "it is only said that it may be refused"
    mine = {Consequence.PLANS_EXCLUDE, Consequence.PLAN_NEEDS, Consequence.CLASHED_BEFORE, Consequence.REFUSED_BEFORE}
    effects = [effect for step in found.steps for effect in step.effects if effect.consequence in mine]
    return {one.consequence: say_effect(one) for one in effects}


def holds(key: str, *off: str, who: Subject = ANNE) -> Edge:
    return Edge(who, key, Relation.ASSIGNED, disabled_plans=off)


def test_services_that_exclude_each_other_are_named_with_the_licence_that_has_the_other() -> None:
    wish = Change(Verb.ASSIGN_LICENCE, ANNE, E3)
    assert told(situation(holds(E1)), wish) == {
        Consequence.PLANS_EXCLUDE: "Microsoft may refuse it: SharePoint (Plan 2), SharePoint (Plan 1) exclude each "
        "other, and E1 has one of them"
    }
    assert told(situation(holds(E1, SHAREPOINT_1)), wish) == {}, "it is off there"
    off = Change(Verb.ASSIGN_LICENCE, ANNE, E3, Options(disabled_plans=(SHAREPOINT_2,)))
    assert told(situation(holds(E1)), off) == {}, "it stays off here"
    assert told(situation(), wish) == {}


def test_a_swap_takes_away_what_would_clash() -> None:
    swap = Change(Verb.SWAP_LICENCE, ANNE, E3, Options(instead_of=E1))
    assert told(situation(holds(E1)), swap) == {}


def test_who_joins_a_group_with_a_licence_may_clash_as_well() -> None:
    known = situation(holds(E1), holds(E3, who=CREW))
    assert Consequence.PLANS_EXCLUDE in told(known, Change(Verb.ADD_MEMBER, ANNE, "group:crew"))


def test_a_service_that_needs_another_one_says_which() -> None:
    wish = Change(Verb.ASSIGN_LICENCE, ANNE, CALLS)
    says = "Microsoft may refuse it: Audio Conferencing in CALLS works only with Skype for Business Online (Plan 2)"
    assert told(situation(), wish) == {Consequence.PLAN_NEEDS: says}
    assert told(situation(holds(E3)), wish) == {}
    both = situation(holds(E3), holds(CALLS))
    assert told(both, Change(Verb.REMOVE_LICENCE, ANNE, E3)) == {Consequence.PLAN_NEEDS: says}
    assert told(both, Change(Verb.REMOVE_LICENCE, ANNE, CALLS)) == {}


def test_what_the_tenant_or_microsoft_showed_before_is_said() -> None:
    wish = Change(Verb.ASSIGN_LICENCE, ANNE, CALLS)
    seen = situation(holds(E3), clashes=frozenset({(CALLS, E3)}))
    assert told(seen, wish) == {
        Consequence.CLASHED_BEFORE: "Microsoft may refuse it: somebody who has E3 could not get it"
    }
    refused = situation(holds(E3), refused={("assign_licence", "account:anne", CALLS): "No."})
    assert told(refused, wish) == {Consequence.REFUSED_BEFORE: "Microsoft refused it last time: “No.”"}


def test_what_is_needed_has_a_name_and_no_list_is_of_one() -> None:
    assert {plan for needed in NEEDS.values() for plan in needed} == set(NEEDED_NAMES)
    assert all(len(together) > 1 for together in EXCLUSIVE)
