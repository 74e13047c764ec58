"""What the tenant shows now decides whether a step is so already, whatever the last sync saw."""

import pytest

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.plan import Change, Options, Restorable, Step, Subject
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.facts import expected
from chamberlain.policy.planning.seen import as_seen

SO = Effect(Consequence.ALREADY_SO)
OTHER = Effect(Consequence.GROUP_WITHOUT_MEMBERS)


@pytest.mark.parametrize("told", [(), (SO,), (OTHER, SO)])
@pytest.mark.parametrize("member", [True, False])
def test_a_step_is_so_already_when_the_tenant_shows_it_now(told: tuple[Effect, ...], member: bool) -> None:
    change = Change(Verb.ADD_MEMBER, Subject("a"), "group:b")
    step = Step(1, change, "Anna", "Sales", expected=expected(change), effects=told)
    found = as_seen(step, seen={"member": member})
    assert (SO in found.effects) is member
    assert (OTHER in found.effects) is (OTHER in told)
    assert found.before == {"member": member}


def test_what_has_to_move_is_never_so_already() -> None:
    change = Change(Verb.REVOKE_SESSIONS, Subject("a"))
    step = Step(1, change, "Anna", "", expected=expected(change))
    assert as_seen(step, seen={"sessions_valid_from": "2026-03-01T08:00:00Z"}).effects == ()


@pytest.mark.parametrize(("name", "told"), [("Anna", Restorable.WHOLLY), (None, Restorable.IN_PART)])
def test_a_name_that_is_empty_now_does_not_come_back_so(name: str | None, told: Restorable) -> None:
    change = Change(Verb.UPDATE_USER, Subject("a"), options=Options(properties={"displayName": "Anne"}))
    step = Step(1, change, "", "", expected=expected(change))
    assert as_seen(step, seen={"displayName": name}).restorable is told
