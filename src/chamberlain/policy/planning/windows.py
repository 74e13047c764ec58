"""When changes may be made: by what a clock on the wall of the tenant's time zone shows.

A time that such a clock leaves out in spring is in no window; one that it shows twice in autumn is in the window twice.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from chamberlain.model.guard import UTC_ZONE, Window

_DAY, _HOUR, _SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
_DAYS_AHEAD = 16  # a weekly window that a change of the clocks swallows opens a week later


def is_open(windows: Iterable[Window], *, now: datetime, zone: str = UTC_ZONE) -> bool:
    """Whether changes may be made now. Without windows: always; in a zone that nobody knows any more: never."""
    known = tuple(windows)
    place = _place(zone)
    if not known or place is None:
        return not known
    shown = now.astimezone(place)
    return any(_covers(window, shown) for window in known)


def opens_at(windows: Iterable[Window], *, now: datetime, zone: str = UTC_ZONE) -> datetime | None:
    """When changes may be made next, in UTC: now, where they may; None where no window ever opens."""
    known = tuple(windows)
    if is_open(known, now=now, zone=zone):
        return now
    place = _place(zone)
    found = () if place is None else (*_beginnings(known, now, place), *_turns(now, place))
    later = sorted(moment for moment in found if moment > now)
    return next((moment for moment in later if is_open(known, now=moment, zone=zone)), None)


@cache
def zones() -> tuple[str, ...]:
    """Names of all time zones of the IANA database, such as Europe/Berlin."""
    return tuple(sorted(name for name in available_timezones() if name != "localtime"))


def _covers(window: Window, shown: datetime) -> bool:
    """Whether the window is open when a clock shows this; one over midnight belongs to the day it begins on."""
    today, at = shown.weekday(), shown.time()
    if window.begins < window.ends:
        return today in window.days and window.begins <= at < window.ends
    yesterday = (today - 1) % 7
    return (today in window.days and at >= window.begins) or (yesterday in window.days and at < window.ends)


def _beginnings(windows: tuple[Window, ...], now: datetime, place: ZoneInfo) -> Iterator[datetime]:
    """Every moment at which a clock shows that a window begins; both, where it does so twice."""
    first = now.astimezone(place).date()
    for ahead in range(-1, _DAYS_AHEAD):
        day = first + ahead * _DAY
        for window in windows:
            if day.weekday() in window.days:
                for fold in (0, 1):
                    yield datetime.combine(day, window.begins, tzinfo=place).replace(fold=fold).astimezone(UTC)


def _turns(now: datetime, place: ZoneInfo) -> Iterator[datetime]:
    """Every moment at which the clocks change: a window may open without its beginning being shown."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for _ in range(_DAYS_AHEAD * 24):
        if _offset(hour, place) != _offset(hour + _HOUR, place):
            yield _turn_between(hour, hour + _HOUR, place)
        hour += _HOUR


def _turn_between(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The first second after the change."""
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _offset(middle, place) == _offset(before, place):
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, place: ZoneInfo) -> timedelta | None:
    return moment.astimezone(place).utcoffset()


def _place(zone: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
