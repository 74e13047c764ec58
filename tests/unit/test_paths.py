"""From direct membership and nesting to paths."""

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chamberlain.policy.path import MOST_PATHS, chains

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def found(direct: list[int], outer: dict[int, list[int]]) -> dict[int, list[tuple[int, ...]]]:
    ways = chains(direct=dict.fromkeys(direct, SINCE), outer=outer)
    return {group: [chain.groups for chain in chained] for group, chained in ways.items()}


def test_a_diamond_has_two_ways_to_its_top() -> None:
    assert found([1], {1: [2, 3], 2: [4], 3: [4]})[4] == [(1, 2, 4), (1, 3, 4)]


def test_a_cycle_ends_where_it_began() -> None:
    assert found([1], {1: [2], 2: [3], 3: [1]}) == {1: [(1,)], 2: [(1, 2)], 3: [(1, 2, 3)]}


def test_the_shortest_way_comes_first() -> None:
    assert found([1, 4], {1: [2], 2: [3], 3: [4]})[4] == [(4,), (1, 2, 3, 4)]


def test_a_dense_web_of_groups_stays_bounded() -> None:
    everyone = list(range(12))
    web = {group: [other for other in everyone if other != group] for group in everyone}
    assert all(len(ways) <= MOST_PATHS for ways in found([0], web).values())


GROUPS = st.integers(0, 7)
NESTING = st.dictionaries(GROUPS, st.lists(GROUPS, max_size=4, unique=True), max_size=8)


@given(st.sets(GROUPS, max_size=3), NESTING)
def test_exactly_the_groups_that_can_be_reached_are_found(direct: set[int], outer: dict[int, list[int]]) -> None:
    reached, front = set(direct), list(direct)
    while front:
        for wider in outer.get(front.pop(), []):
            if wider not in reached:
                reached.add(wider)
                front.append(wider)
    ways = found(sorted(direct), outer)
    assert set(ways) == reached
    for group, chained in ways.items():
        for chain in chained:
            assert chain[0] in direct
            assert chain[-1] == group
            assert len(set(chain)) == len(chain)
            assert all(second in outer[first] for first, second in pairwise(chain))
