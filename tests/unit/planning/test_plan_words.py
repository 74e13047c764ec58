"""Everything that a plan can say has words, and their placeholders have values."""

import string
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

import pytest

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.guard import Guard
from chamberlain.model.kind import Kind
from chamberlain.model.obstacle import Help, Hindrance, Obstacle
from chamberlain.model.path import Link
from chamberlain.model.plan import Change, PlanState, Reason, Restorable, StepState, Subject
from chamberlain.model.situation import AccountKnown, PermissionKnown, Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.planning import words
from chamberlain.policy.planning.draft import draft


@pytest.mark.parametrize(
    ("table", "enum"),
    [
        (words.VERB, Verb),
        (words.HINDRANCE, Hindrance),
        (words.HELP, Help),
        (words.CONSEQUENCE, Consequence),
        (words.GUARD, Guard),
        (words.RESTORABLE, Restorable),
        (words.REASON, Reason),
        (words.STEP_STATE, StepState),
        (words.PLAN_STATE, PlanState),
    ],
)
def test_there_is_a_word_for_everything(table: Mapping[StrEnum, str], enum: type[StrEnum]) -> None:
    assert set(table) == set(enum)
    for text in table.values():
        for _, name, spec, conversion in string.Formatter().parse(text):
            assert name is None or (name.isidentifier() and not spec and not conversion)


def test_what_the_planner_says_has_a_value_for_every_placeholder() -> None:
    known = Situation(
        as_of=datetime(2026, 11, 25, tzinfo=UTC),
        accounts={"a": AccountKnown("a", "Anne", "a@b.example", synced=True, protected=True, deleted=True)},
        permissions={
            "group:g": PermissionKnown("group:g", Kind.SECURITY_GROUP, "Crew", rule="x", synced=True, owners=1),
            "group:d": PermissionKnown("group:d", Kind.DISTRIBUTION_GROUP, "List"),
            "licence:e3": PermissionKnown("licence:e3", Kind.LICENCE, "E3", seats=1, used=1, idle=("Bo", "Cy")),
        },
        writable=False,
        blind=frozenset({"group:g"}),
    )
    wishes = [
        Change(Verb.ADD_MEMBER, Subject("a"), "group:g"),
        Change(Verb.ADD_MEMBER, Subject("a"), "group:d"),
        Change(Verb.REMOVE_OWNER, Subject("who"), "group:what"),
        Change(Verb.UPDATE_USER, Subject("a")),
        Change(Verb.MAKE_ELIGIBLE, Subject("a"), "role:r"),
    ]
    told = [
        text
        for one in draft(wishes, situation=known).barred
        for obstacle in one.obstacles
        for text in words.say_obstacle(obstacle)
    ]
    assert len(told) > 20
    assert not [text for text in told if "–" in text]


def test_an_effect_says_through_what_and_for_how_many() -> None:
    crew, e3 = Link("group:crew", Kind.SECURITY_GROUP, "Crew"), Link("licence:e3", Kind.LICENCE, "E3")
    assert words.say_effect(Effect(Consequence.LOSES, e3, (crew,))) == "also loses E3 (through Crew)"
    many = Effect(Consequence.GAINS, e3, (crew,), {"people": "40"})
    assert words.say_effect(many) == "40 people in Crew: also gets E3"


def test_names_from_the_directory_reach_into_nothing() -> None:
    hostile = "{who.__class__}{what}"
    assert hostile in words.say_change(Change(Verb.BLOCK, Subject("a")), who=hostile, what="")
    obstacle = Obstacle(Hindrance.PROTECTED_ACCOUNT, Help.NOTHING, {"who": hostile})
    assert hostile in words.say_obstacle(obstacle)[0]
