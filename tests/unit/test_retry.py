"""How long to wait before asking again."""

from datetime import UTC, datetime, timedelta

import pytest

from chamberlain.graph.retry import LONGEST_BACKOFF, LONGEST_WAIT, asked_wait, backoff

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2),
        (" 15 ", 15),
        ("0.5", 0.5),
        ("Tue, 03 Mar 2026 12:00:30 GMT", 30),
        ("Tue, 03 Mar 2026 11:59:00 GMT", 0),
        ("30,120", 30),
        ("-5", 0),
        ("99999999", LONGEST_WAIT.total_seconds()),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_every_form_seen_in_the_wild(header: str, seconds: float | None) -> None:
    wanted = None if seconds is None else timedelta(seconds=seconds)
    assert asked_wait({"retry-after": header}, now=NOW) == wanted


def test_without_the_header_nothing_was_asked() -> None:
    assert asked_wait({}, now=NOW) is None


def test_backoff_doubles_is_spread_and_ends() -> None:
    assert [backoff(attempt, jitter=1).total_seconds() for attempt in (1, 2, 3)] == [1, 2, 4]
    assert backoff(30, jitter=1) == LONGEST_BACKOFF
    for attempt in range(1, 8):
        assert backoff(attempt, jitter=0) == timedelta(0)
        assert timedelta(0) <= backoff(attempt) <= backoff(attempt, jitter=1)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ms-retry-after-ms": "1500"}, 1.5),
        ({"x-ms-retry-after-ms": "1500", "retry-after": "1"}, 1.5),
        ({"x-ms-retry-after-ms": "500", "retry-after": "3"}, 3),
        ({"x-ms-retry-after-ms": "soon", "retry-after": "3"}, 3),
        ({"x-ms-retry-after-ms": "-7"}, 0),
    ],
)
def test_milliseconds_count_where_they_ask_for_longer(headers: dict[str, str], seconds: float) -> None:
    assert asked_wait(headers, now=NOW) == timedelta(seconds=seconds)
