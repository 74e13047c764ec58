"""When it is told that a credential ends."""

from datetime import UTC, datetime, timedelta

import pytest

from chamberlain.policy.expiry import THRESHOLDS_DAYS, Urgency, ending, threshold_to_tell

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "urgency", "days"),
    [
        (timedelta(days=200), Urgency.FINE, 200),
        (timedelta(days=30, seconds=1), Urgency.FINE, 30),
        (timedelta(days=30), Urgency.SOON, 30),
        (timedelta(days=7), Urgency.URGENT, 7),
        (timedelta(hours=5), Urgency.URGENT, 0),
        (timedelta(0), Urgency.OVER, 0),
        (timedelta(days=-3), Urgency.OVER, 0),
    ],
)
def test_the_nearer_the_end_the_louder(left: timedelta, urgency: Urgency, days: int) -> None:
    found = ending(NOW + left, now=NOW)
    assert (found.urgency, found.days) == (urgency, days)


def test_an_end_that_nobody_knows_is_unknown_and_not_fine() -> None:
    assert ending(None, now=NOW).urgency is Urgency.UNKNOWN


def test_each_threshold_is_told_once_on_the_way_to_the_end() -> None:
    expires, told, heard = NOW + timedelta(days=40), None, []
    for hour in range(42 * 24):
        days = threshold_to_tell(expires, now=NOW + timedelta(hours=hour), told=told)
        if days is not None:
            heard.append(days)
            told = days
    assert tuple(heard) == THRESHOLDS_DAYS


def test_what_was_slept_through_is_not_made_up_for() -> None:
    assert threshold_to_tell(NOW + timedelta(days=5), now=NOW, told=None) == 7
    assert threshold_to_tell(NOW + timedelta(days=5), now=NOW, told=7) is None
    assert threshold_to_tell(NOW - timedelta(days=5), now=NOW, told=7) == 0
