"""Listings that are cut into ranges lose nothing, however Microsoft orders letters and whatever a bound looks like."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.errors import Upstream
from chamberlain.kinds.ranges import filters, guessed_bounds, require_all, with_filter

names = st.text(min_size=0, max_size=12)
CLAUSE = re.compile(r"userPrincipalName (ge|le) '((?:[^']|'')*)'", re.DOTALL)
HOSTILE = "o'neil&$top=1#%25' or id eq '+ü漢\x00"


def clauses(condition: str) -> list[tuple[str, str]]:
    """What a $filter asks, read back as a server would: percent signs first, then quotes."""
    text = unquote(condition)
    found = CLAUSE.findall(text)
    rebuilt = " and ".join(f"userPrincipalName {operator} '{value}'" for operator, value in found)
    assert rebuilt == text
    return [(operator, value.replace("''", "'")) for operator, value in found]


def falls_into(condition: str, name: str, rank: dict[str, int]) -> bool:
    return all(
        rank[name] >= rank[bound] if operator == "ge" else rank[name] <= rank[bound]
        for operator, bound in clauses(condition)
    )


@given(st.lists(names, max_size=8), names, st.data())
def test_every_name_falls_into_a_range_in_any_order_of_letters(
    bounds: list[str], name: str, data: st.DataObject
) -> None:
    """Bounds need not be ascending for Microsoft: its collation is unknown to us, so each order has to do."""
    order = data.draw(st.permutations(sorted({name, *bounds})))
    rank = {one: place for place, one in enumerate(order)}
    conditions = filters("userPrincipalName", bounds)
    assert len(conditions) == len(bounds) + 1
    assert not bounds or any(falls_into(condition, name, rank) for condition in conditions)


def test_one_range_is_the_whole_listing() -> None:
    assert filters("userPrincipalName", ()) == ("",)
    assert with_filter("/users?$top=999", "") == "/users?$top=999"


@given(names)
def test_a_bound_cannot_break_out_of_its_quotes(bound: str) -> None:
    below, above = filters("userPrincipalName", [bound])
    assert (clauses(below), clauses(above)) == ([("le", bound)], [("ge", bound)])


def test_a_hostile_bound_stays_one_value_of_one_option() -> None:
    for condition in filters("userPrincipalName", [HOSTILE]):
        assert not set("&#+ ") & set(condition)
        assert with_filter("/users?$top=999", condition).count("&") == 1
        assert clauses(condition)[0][1] == HOSTILE


@pytest.mark.parametrize("parts", range(1, 17))
def test_guessed_bounds_make_as_many_ranges_as_asked_for(parts: int) -> None:
    bounds = guessed_bounds(parts)
    assert len(filters("displayName", bounds)) == parts
    assert sorted(set(bounds)) == list(bounds)


@pytest.mark.parametrize(("expected", "found"), [(0, 0), (100, 50), (999, 949), (100_000, 99_000), (10, 20)])
def test_a_few_less_than_counted_are_normal(expected: int, found: int) -> None:
    require_all("/users", expected=expected, found=found)


@pytest.mark.parametrize(("expected", "found"), [(51, 0), (100, 49), (2_100, 1_101), (100_000, 98_999)])
def test_a_page_less_than_counted_is_a_loss(expected: int, found: int) -> None:
    with pytest.raises(Upstream) as caught:
        require_all("/users", expected=expected, found=found)
    assert (caught.value.code, caught.value.data["found"]) == ("listing_short", found)
