"""What holds a plan back is said with all its reasons, and nothing passes what nobody passes."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.model.guard import Approval, Guard, Rails, Standing, Window
from chamberlain.model.kind import Kind
from chamberlain.model.plan import Cause, Change, Plan, PlanState, Step, StepState, Subject, SubjectType
from chamberlain.model.situation import PermissionKnown
from chamberlain.model.verb import EMERGENCY, Verb
from chamberlain.policy.planning.guards import objections, room, trips
from chamberlain.policy.planning.windows import is_open, opens_at
from chamberlain.policy.planning.words import say_objection

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday
CREW, POWER = "group:crew", "role:power"
PERMISSIONS = {
    CREW: PermissionKnown(CREW, Kind.SECURITY_GROUP, "Crew", members=400),
    POWER: PermissionKnown(POWER, Kind.ROLE, "Power", privileged=True),
}
CALM = Standing(NOW, people=1_000)
OFFICE = Window(days=(0, 1, 2, 3, 4), begins=time(22), ends=time(4))


def plan(*changes: Change, cause: Cause = Cause.PERSON) -> Plan:
    steps = tuple(Step(number, change, "somebody", "something") for number, change in enumerate(changes, 1))
    return Plan(1, 1, cause, "because", "anne", "Anne", NOW, NOW, "", PlanState.PLANNED, steps)


def joins(count: int) -> list[Change]:
    return [Change(Verb.ADD_MEMBER, Subject(f"p{n}"), CREW) for n in range(count)]


def said(
    one: Plan,
    standing: Standing = CALM,
    rails: Rails | None = None,
    approvals: tuple[Approval, ...] = (),
    *,
    by_administrator: bool = True,
) -> set[Guard]:
    found = objections(
        one,
        rails=rails or Rails(),
        standing=standing,
        permissions=PERMISSIONS,
        approvals=approvals,
        by_administrator=by_administrator,
    )
    return {objection.guard for objection in found}


def test_a_small_plan_on_a_calm_day_runs() -> None:
    assert said(plan(*joins(5))) == set()


def test_all_reasons_are_said() -> None:
    rails = Rails(most_per_plan=20, most_per_hour=30, windows=(OFFICE,), protected_accounts=("p3",))
    standing = replace(CALM, people=100, stopped=True, breaker=True, simulates=True, changed=20)
    found = objections(plan(*joins(40)), rails=rails, standing=standing, permissions=PERMISSIONS)
    assert not [one for one in found if "–" in say_objection(one)], "every placeholder has a value"
    assert {one.guard for one in found} == {
        Guard.STOPPED,
        Guard.SIMULATION,
        Guard.BREAKER,
        Guard.PROTECTED,
        Guard.TOO_MANY_IN_PLAN,
        Guard.TOO_MUCH_OF_TENANT,
        Guard.TOO_MANY_IN_HOUR,
        Guard.TOO_MUCH_IN_HOUR,
        Guard.OUTSIDE_WINDOW,
    }


def test_a_share_counts_from_a_number_of_people_on() -> None:
    small = replace(CALM, people=20)
    assert said(plan(*joins(9)), small) == set()
    assert Guard.TOO_MUCH_OF_TENANT in said(plan(*joins(10)), small)


def test_a_group_counts_as_all_who_are_in_it() -> None:
    whole = plan(Change(Verb.ASSIGN_LICENCE, Subject("crew", SubjectType.GROUP), "licence:e3"))
    assert said(whole) == {Guard.TOO_MUCH_OF_TENANT}


def test_what_of_a_plan_is_done_still_counts_for_its_size() -> None:
    whole = plan(*joins(30))
    half = replace(
        whole, steps=tuple(replace(one, state=StepState.PROVED) if one.number > 5 else one for one in whole.steps)
    )
    assert Guard.TOO_MANY_IN_PLAN in said(half, rails=Rails(most_per_plan=20))


def test_the_hour_says_when_it_has_room_again() -> None:
    later = NOW + timedelta(minutes=12)
    busy = replace(CALM, changed=2_000, room_at=later)
    (found,) = objections(plan(*joins(1)), rails=Rails(), standing=busy, permissions=PERMISSIONS)
    assert (found.guard, found.until) == (Guard.TOO_MANY_IN_HOUR, later)
    assert room(Rails(), standing=busy) == 0


def test_an_undo_is_not_held_back_by_what_it_undoes() -> None:
    busy = replace(CALM, changed=2_000)
    assert said(plan(*joins(5), cause=Cause.UNDO), busy) == set()
    assert said(plan(*joins(5), cause=Cause.UNDO), replace(busy, stopped=True)) == {Guard.STOPPED}


@pytest.mark.parametrize("verb", sorted(EMERGENCY))
def test_locking_somebody_out_does_not_wait(verb: Verb) -> None:
    busy = replace(CALM, changed=9_000, breaker=True)
    closed = Rails(windows=(OFFICE,))
    lock = plan(Change(verb, Subject("bo")))
    assert said(lock, busy, closed) == set()
    assert said(lock, busy, closed, by_administrator=False) == {
        Guard.BREAKER,
        Guard.OUTSIDE_WINDOW,
        Guard.TOO_MANY_IN_HOUR,
    }
    more = plan(Change(verb, Subject("bo")), *joins(1))
    assert Guard.BREAKER in said(more, busy, closed), "with anything else in it, it is no emergency"
    assert Guard.BREAKER in said(replace(lock, cause=Cause.LEAVING), busy, closed), "nobody with a name wants it now"


@given(
    st.lists(st.sampled_from(sorted(EMERGENCY)), min_size=1, max_size=6),
    st.booleans(),
    st.booleans(),
    st.integers(0, 9_000),
)
def test_no_emergency_passes_the_stop_simulation_or_protection(
    verbs: list[Verb], stopped: bool, simulates: bool, changed: int
) -> None:
    standing = replace(CALM, stopped=stopped, simulates=simulates, breaker=True, changed=changed)
    lock = plan(*(Change(verb, Subject(f"p{n}")) for n, verb in enumerate(verbs)))
    found = said(lock, standing, Rails(protected_accounts=("p0",)))
    assert Guard.PROTECTED in found
    assert (Guard.STOPPED in found) is stopped
    assert (Guard.SIMULATION in found) is simulates


def test_power_over_the_tenant_takes_a_second_person() -> None:
    gives = plan(Change(Verb.ASSIGN_ROLE, Subject("bo"), POWER))
    assert said(gives) == {Guard.NEEDS_SECOND_PERSON}
    assert said(gives, approvals=(Approval("anne", NOW),)) == {Guard.APPROVED_BY_MAKER}
    assert said(gives, approvals=(Approval("cy", NOW),)) == set()


def test_with_one_administrator_it_takes_time_instead() -> None:
    gives = plan(Change(Verb.ASSIGN_ROLE, Subject("bo"), POWER))
    alone = replace(CALM, administrators=1)
    assert said(gives, alone) == {Guard.NEEDS_DELAY}
    assert said(gives, replace(alone, now=NOW + timedelta(hours=24))) == set()


@pytest.mark.parametrize(
    ("noted", "now", "waits"),
    [(24, 0, 24), (24, 72, 72), (0, 24, 24), (0, 0, 0), (None, 24, 24), (None, 0, 0)],
)
def test_a_delay_that_is_shortened_afterwards_hurries_no_plan(noted: int | None, now: int, waits: int) -> None:
    """One that was made when this was not noted yet waits as the guard rails say now."""
    gives = plan(Change(Verb.ASSIGN_ROLE, Subject("bo"), POWER))
    gives = replace(gives, approval_delay=None if noted is None else timedelta(hours=noted))
    rails = Rails(approval_delay=timedelta(hours=now))
    alone = replace(CALM, administrators=1)
    found = objections(gives, rails=rails, standing=alone, permissions=PERMISSIONS)
    until = NOW + timedelta(hours=waits)
    assert [(one.guard, one.until) for one in found] == ([(Guard.NEEDS_DELAY, until)] if waits else [])
    assert said(gives, replace(alone, now=until), rails) == set()


def test_what_ends_as_agreed_needs_nobody() -> None:
    ends = Change(Verb.REMOVE_ROLE, Subject("bo"), POWER)
    assert said(plan(ends, cause=Cause.EXPIRY)) == set()
    assert said(plan(ends)) == {Guard.NEEDS_SECOND_PERSON}
    assert said(plan(ends, Change(Verb.ASSIGN_ROLE, Subject("cy"), POWER), cause=Cause.EXPIRY)) == {
        Guard.NEEDS_SECOND_PERSON
    }


@pytest.mark.parametrize(
    ("outcomes", "tripped"),
    [
        ([False] * 9, False),
        ([False] * 10, True),
        ([True] * 11 + [False] * 10, False),
        ([True] * 10 + [False] * 10, True),
        ([False] * 30 + [True] * 40, False),
    ],
)
def test_the_breaker_goes_when_much_of_the_latest_failed(outcomes: list[bool], tripped: bool) -> None:
    assert trips(outcomes, rails=Rails()) is tripped


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 11, 25, 23, 0, tzinfo=UTC), datetime(2026, 11, 25, 23, 0, tzinfo=UTC)),
        (datetime(2026, 11, 26, 3, 59, tzinfo=UTC), datetime(2026, 11, 26, 3, 59, tzinfo=UTC)),
        (datetime(2026, 11, 26, 4, 0, tzinfo=UTC), datetime(2026, 11, 26, 22, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 3, 0, tzinfo=UTC), datetime(2026, 11, 28, 3, 0, tzinfo=UTC)),
        (datetime(2026, 11, 28, 23, 0, tzinfo=UTC), datetime(2026, 11, 30, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_it_begins_on(now: datetime, opens: datetime) -> None:
    assert opens_at((OFFICE,), now=now) == opens


_TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_WINDOWS = st.lists(
    st.builds(Window, st.lists(st.integers(0, 6), min_size=1).map(tuple), _TIMES, _TIMES), min_size=1, max_size=3
)


@given(_WINDOWS, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_when_it_opens_it_is_open_and_it_was_not_before(windows: list[Window], now: datetime) -> None:
    opens = opens_at(windows, now=now)
    assert opens is not None
    assert is_open(windows, now=opens)
    assert now <= opens <= now + timedelta(days=8)
    if opens > now:
        assert not is_open(windows, now=opens - timedelta(seconds=1))


def test_without_windows_it_is_always_open() -> None:
    assert is_open((), now=NOW)
    assert opens_at((Window((), time(1), time(2)),), now=NOW) is None


def test_rails_keep_through_the_database() -> None:
    rails = Rails(most_per_plan=7, windows=(OFFICE,), approval_delay=timedelta(hours=2))
    assert msgspec.convert(msgspec.to_builtins(rails), Rails) == rails
    assert msgspec.convert({}, Rails) == Rails()
