"""The figure by which we say how sure we are promises no more than sampling allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.policy.confidence import surely_right

many = st.integers(min_value=1, max_value=10_000_000)


def sure(checked: int, wrong: int) -> float:
    figure = surely_right(checked=checked, wrong=wrong)
    assert figure is not None
    return figure


def test_nothing_checked_is_not_sure_of_anything() -> None:
    assert surely_right(checked=0, wrong=0) is None


@pytest.mark.parametrize(("checked", "wrong"), [(10, 11), (0, 1), (10, -1)])
def test_more_wrong_than_checked_is_refused(checked: int, wrong: int) -> None:
    with pytest.raises(ValueError, match="more wrong than checked"):
        surely_right(checked=checked, wrong=wrong)


@pytest.mark.parametrize("checked", [100, 1_000, 30_000, 1_000_000])
def test_without_an_error_it_keeps_to_the_rule_of_three(checked: int) -> None:
    """At most 3/n are wrong with 95 % confidence; the Wilson interval is a little more hopeful, never twice as much."""
    doubt = 1 - sure(checked, 0)
    assert 1.5 / checked < doubt <= 3 / checked


@given(many, st.data())
def test_it_lies_between_nothing_and_what_was_found(checked: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, checked))
    assert 0 <= sure(checked, wrong) <= 1 - wrong / checked + 1e-12
    assert sure(checked, wrong) < 1


@given(many, st.data())
def test_another_error_makes_less_sure(checked: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, checked - 1))
    assert sure(checked, wrong + 1) <= sure(checked, wrong)
    assert wrong * 10 > checked or sure(checked, wrong + 1) < sure(checked, wrong)


@given(many, st.integers(1, 1_000_000), st.data())
def test_more_edges_that_are_right_make_more_sure(checked: int, more: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, checked))
    assert sure(checked + more, wrong) >= sure(checked, wrong)
