"""Windows go by the clocks of the tenant's zone, also on the two days of a year on which these change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.model.guard import Guard, Objection, Window
from chamberlain.policy.planning.windows import is_open, opens_at, zones
from chamberlain.policy.planning.words import say_held_back, say_moment

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
SUNDAY = (6,)
DAILY = tuple(range(7))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def open_minutes(window: Window, zone: str, *, begin: datetime, hours: int) -> list[datetime]:
    minutes = (begin + timedelta(minutes=n) for n in range(hours * 60))
    return [minute for minute in minutes if is_open((window,), now=minute, zone=zone)]


@pytest.mark.parametrize(
    ("zone", "day", "opens", "closes"),
    [  # the evening before, on, and after each change: the wall says the same, UTC does not
        (BERLIN, "2026-03-28", "2026-03-28T21:00", "2026-03-29T02:00"),  # one hour of it does not exist
        (BERLIN, "2026-03-29", "2026-03-29T20:00", "2026-03-30T02:00"),
        (BERLIN, "2026-10-24", "2026-10-24T20:00", "2026-10-25T03:00"),  # one hour of it exists twice
        (BERLIN, "2026-10-25", "2026-10-25T21:00", "2026-10-26T03:00"),
        (NEW_YORK, "2026-03-07", "2026-03-08T03:00", "2026-03-08T08:00"),
        (NEW_YORK, "2026-03-08", "2026-03-09T02:00", "2026-03-09T08:00"),
        (NEW_YORK, "2026-10-31", "2026-11-01T02:00", "2026-11-01T09:00"),
        (NEW_YORK, "2026-11-01", "2026-11-02T03:00", "2026-11-02T09:00"),
    ],
)
def test_a_night_opens_and_closes_by_the_wall(zone: str, day: str, opens: str, closes: str) -> None:
    night = Window(DAILY, time(22), time(4))
    evening = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone))
    assert opens_at((night,), now=evening, zone=zone) == utc(opens)
    assert is_open((night,), now=utc(closes) - timedelta(seconds=1), zone=zone)
    assert not is_open((night,), now=utc(closes), zone=zone)


@pytest.mark.parametrize(
    ("zone", "begin", "opens"),
    [(BERLIN, "2026-03-28T12:00", "2026-03-29T01:00"), (NEW_YORK, "2026-03-07T12:00", "2026-03-08T07:00")],
)
def test_a_beginning_that_does_not_exist_is_the_moment_after_the_gap(zone: str, begin: str, opens: str) -> None:
    early = Window(SUNDAY, time(2, 30), time(3, 15))
    assert opens_at((early,), now=utc(begin), zone=zone) == utc(opens)
    found = open_minutes(early, zone, begin=utc(begin), hours=36)
    assert found == [utc(opens) + timedelta(minutes=n) for n in range(15)]


@pytest.mark.parametrize(
    ("zone", "begin", "next_week"),
    [(BERLIN, "2026-03-28T12:00", "2026-04-05T00:15"), (NEW_YORK, "2026-03-07T12:00", "2026-03-15T06:15")],
)
def test_a_window_that_the_clocks_leave_out_opens_a_week_later(zone: str, begin: str, next_week: str) -> None:
    inside = Window(SUNDAY, time(2, 15), time(2, 45))
    assert open_minutes(inside, zone, begin=utc(begin), hours=36) == []
    assert opens_at((inside,), now=utc(begin), zone=zone) == utc(next_week)


@pytest.mark.parametrize(
    ("zone", "begin", "first", "second", "at"),
    [
        (BERLIN, "2026-10-24T12:00", "2026-10-25T00:15", "2026-10-25T01:15", (2, 15)),
        (NEW_YORK, "2026-10-31T12:00", "2026-11-01T05:15", "2026-11-01T06:15", (1, 15)),
    ],
)
def test_a_window_that_the_clocks_show_twice_is_open_twice(
    zone: str, begin: str, first: str, second: str, at: tuple[int, int]
) -> None:
    inside = Window(SUNDAY, time(*at), time(at[0], 45))
    found = open_minutes(inside, zone, begin=utc(begin), hours=36)
    assert found == [utc(text) + timedelta(minutes=n) for text in (first, second) for n in range(30)]
    assert opens_at((inside,), now=utc(begin), zone=zone) == utc(first)
    assert opens_at((inside,), now=utc(first) + timedelta(minutes=30), zone=zone) == utc(second)


_TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_WINDOWS = st.lists(
    st.builds(Window, st.lists(st.integers(0, 6), min_size=1).map(tuple), _TIMES, _TIMES), min_size=1, max_size=3
)
_PLACES = st.sampled_from([BERLIN, NEW_YORK, "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "UTC"])
_NEAR = st.sampled_from(["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"])


@given(_WINDOWS, _PLACES, _NEAR, st.integers(-5 * 24 * 60, 24 * 60))
def test_when_it_opens_it_is_open_and_it_was_not_between(
    windows: list[Window], zone: str, day: str, minutes: int
) -> None:
    now = utc(day) + timedelta(minutes=minutes)
    opens = opens_at(windows, now=now, zone=zone)
    if opens is None:
        assert all(window.begins < window.ends for window in windows), "only the clocks' change swallows a window"
        return
    assert is_open(windows, now=opens, zone=zone)
    assert opens.utcoffset() == timedelta(0)
    closed = (now + timedelta(minutes=n) for n in range(int((opens - now) / timedelta(minutes=1))))
    assert not any(is_open(windows, now=minute, zone=zone) for minute in closed)


def test_a_zone_that_nobody_knows_any_more_opens_nothing() -> None:
    always = (Window(DAILY, time(0), time(0)),)
    now = utc("2026-06-01T12:00")
    assert not is_open(always, now=now, zone="Atlantis/Capital")
    assert opens_at(always, now=now, zone="Atlantis/Capital") is None
    assert is_open((), now=now, zone="Atlantis/Capital"), "without windows nobody asks for the time"
    assert {BERLIN, NEW_YORK, "UTC"} <= set(zones())


def test_a_moment_is_said_by_the_clocks_of_the_zone_and_how_far_they_are_from_utc() -> None:
    summer = Objection(Guard.OUTSIDE_WINDOW, until=utc("2026-07-01T20:00"), zone=BERLIN)
    assert summer.until is not None
    assert say_moment(summer.until, zone=summer.zone) == "2026-07-01 22:00 Europe/Berlin (UTC+02:00)"
    assert say_moment(summer.until, zone=NEW_YORK) == "2026-07-01 16:00 America/New_York (UTC-04:00)"
    assert say_moment(summer.until, zone="UTC") == "2026-07-01 20:00 UTC"
    assert say_moment(summer.until, zone="Atlantis/Capital") == "2026-07-01 20:00 UTC"


def test_what_holds_a_plan_back_is_said_with_its_end_where_it_ends_by_itself() -> None:
    waits = Objection(Guard.OUTSIDE_WINDOW, until=utc("2026-07-01T20:00"), zone=BERLIN)
    why = "Changes are made within maintenance windows only."
    assert say_held_back(waits) == f"{why} (2026-07-01 22:00 Europe/Berlin (UTC+02:00))"
    assert say_held_back(Objection(Guard.OUTSIDE_WINDOW)) == why
