"""How a run reads is decided by what links it has, and what it should cost never shrinks as a tenant grows."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.model.run import Mode, ReadingPlan, Why
from chamberlain.policy.reading_plan import LINK_LASTS, MOST_RANGES, Situation, Sizes, choose, plan, ranges_for

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FRESH = Situation(
    now=NOW,
    asked=None,
    oldest_link=NOW - HOUR,
    same_make=True,
    refused=False,
    last_full=NOW - HOUR,
    full_every=timedelta(days=7),
)
FULL, CHANGES = Mode.FULL, Mode.CHANGES


@pytest.mark.parametrize(
    ("change", "mode", "why"),
    [
        ({}, CHANGES, Why.FRESH),
        ({"asked": CHANGES}, CHANGES, Why.FRESH),
        ({"asked": FULL}, FULL, Why.ASKED),
        ({"oldest_link": None}, FULL, Why.FIRST),
        ({"last_full": None}, FULL, Why.FIRST),
        ({"asked": CHANGES, "oldest_link": None}, FULL, Why.FIRST),
        ({"refused": True}, FULL, Why.LINK_REFUSED),
        ({"asked": CHANGES, "refused": True}, FULL, Why.LINK_REFUSED),
        ({"same_make": False}, FULL, Why.LINK_OF_OTHER_MAKE),
        ({"oldest_link": NOW - LINK_LASTS}, CHANGES, Why.FRESH),
        ({"oldest_link": NOW - LINK_LASTS - timedelta(seconds=1)}, FULL, Why.LINK_OLD),
        ({"asked": CHANGES, "oldest_link": NOW - LINK_LASTS - HOUR}, FULL, Why.LINK_OLD),
        ({"last_full": NOW - timedelta(days=7)}, CHANGES, Why.FRESH),
        ({"last_full": NOW - timedelta(days=7, seconds=1)}, FULL, Why.FULL_DUE),
        ({"last_full": NOW - timedelta(days=8), "asked": CHANGES}, CHANGES, Why.FRESH),
        ({"last_full": NOW - timedelta(days=1), "full_every": timedelta(hours=2)}, FULL, Why.FULL_DUE),
        ({"last_full": NOW - timedelta(days=9), "refused": True}, FULL, Why.LINK_REFUSED),
    ],
)
def test_each_situation_has_one_way_and_one_reason(change: dict[str, object], mode: Mode, why: Why) -> None:
    assert choose(replace(FRESH, **change)) == (mode, why)  # type: ignore[arg-type]  # told by name


def test_changes_are_read_only_with_links_that_microsoft_still_takes() -> None:
    """Over the whole small world of situations."""
    times = (None, NOW - HOUR, NOW - timedelta(days=10))
    cases = 0
    for asked, link, same, refused, full in itertools.product(
        (None, FULL, CHANGES), times, (True, False), (True, False), times
    ):
        cases += 1
        situation = replace(FRESH, asked=asked, oldest_link=link, same_make=same, refused=refused, last_full=full)
        mode, why = choose(situation)
        assert (mode is CHANGES) == (why is Why.FRESH)
        if mode is CHANGES:
            assert (link, same, refused) == (NOW - HOUR, True, False)
            assert asked is not FULL
            assert full is not None
            assert asked is CHANGES or full == NOW - HOUR
    assert cases == 108


counts = st.integers(min_value=0, max_value=5_000_000)
tenants = st.builds(Sizes, accounts=counts, groups=counts, long_groups=counts, members=counts, applications=counts)
FIELDS = ("accounts", "groups", "long_groups", "members", "applications")


def cost(made: ReadingPlan) -> tuple[int, int, float]:
    requests, units, seconds = made.requests, made.resource_units, made.seconds
    assert requests is not None
    assert units is not None
    assert seconds is not None
    return requests, units, seconds


@given(tenants, st.sampled_from(FIELDS), counts, st.integers(1, 64))
def test_a_larger_tenant_never_costs_less(sizes: Sizes, field: str, more: int, width: int) -> None:
    less = cost(plan(FULL, Why.FIRST, sizes, width=width))
    larger = replace(sizes, **{field: getattr(sizes, field) + more})
    assert all(a <= b for a, b in zip(less, cost(plan(FULL, Why.FIRST, larger, width=width)), strict=True))


@given(tenants, st.sampled_from([FULL, CHANGES]), st.integers(1, 64))
def test_no_estimate_is_negative_and_each_line_adds_up(sizes: Sizes, mode: Mode, width: int) -> None:
    made = plan(mode, Why.FRESH, sizes, width=width)
    requests, units, seconds = cost(made)
    assert requests == sum(line.requests or 0 for line in made.lines) > 0
    assert units == sum(line.resource_units or 0 for line in made.lines) > 0
    assert seconds > 0
    assert all((line.requests or 0) >= 0 and (line.resource_units or 0) >= 0 for line in made.lines)


@given(tenants, st.integers(1, 63))
def test_more_requests_in_flight_never_take_longer(sizes: Sizes, width: int) -> None:
    slow, fast = (cost(plan(FULL, Why.FIRST, sizes, width=one))[2] for one in (width, width + 1))
    assert fast <= slow


@given(tenants, st.sampled_from(FIELDS))
def test_what_nobody_can_know_is_not_made_up(sizes: Sizes, unknown: str) -> None:
    made = plan(FULL, Why.FIRST, replace(sizes, **{unknown: None}), width=16)
    assert (made.requests, made.resource_units, made.seconds) == (None, None, None)
    assert plan(CHANGES, Why.FRESH, replace(sizes, **{unknown: None}), width=16).requests is not None


@given(counts, counts)
def test_ranges_grow_with_what_there_is_and_stay_few(count: int, more: int) -> None:
    assert 1 <= ranges_for(count) <= ranges_for(count + more) <= MOST_RANGES
    assert ranges_for(None) == 1
