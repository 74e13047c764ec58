"""Times as people type them."""

from datetime import UTC, datetime

import pytest

from chamberlain.errors import Refused
from chamberlain.policy.moment import read_end, read_moment

NOW = datetime(2026, 3, 3, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-02", datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC)),
        ("2026-03-03", NOW),  # the day is not over
        ("2026-03-02T10:00", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (" 2026-03-02T10:00+02:00 ", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-03-02T10:00:00.000001Z", datetime(2026, 3, 2, 10, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_utc_and_a_date_is_its_end(text: str, read: datetime) -> None:
    assert read_moment(text, now=NOW) == read


def test_the_beginning_of_a_period_is_the_beginning_of_its_day() -> None:
    assert read_moment("2026-03-02", now=NOW, ends=False) == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("yesterday", "time_unreadable"),
        ("", "time_unreadable"),
        ("2026-02-30", "time_unreadable"),
        ("0001-01-01T00:00+14:00", "time_unreadable"),
        ("2026-03-03T14:31", "time_ahead"),
        ("2026-03-04", "time_ahead"),
    ],
)
def test_what_is_no_time_or_is_still_to_come_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read_moment(text, now=NOW)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-03", datetime(2026, 3, 3, 23, 59, 59, tzinfo=UTC)),
        ("2026-03-04T08:00:00.5+02:00", datetime(2026, 3, 4, 6, tzinfo=UTC)),
    ],
)
def test_an_end_is_to_the_second_and_a_date_is_its_last(text: str, read: datetime) -> None:
    assert read_end(text, now=NOW) == read


@pytest.mark.parametrize(
    ("text", "code"),
    [("soon", "time_unreadable"), ("9999-12-31", "time_unreadable"), ("2026-03-02", "end_passed")],
)
def test_an_end_that_is_none_or_has_passed_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read_end(text, now=NOW)
