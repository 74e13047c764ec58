"""When changes may be made."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chamberlain.model.guard import Window

_DAY = timedelta(days=1)


def is_open(windows: Iterable[Window], *, now: datetime) -> bool:
    """Whether changes may be made now. Without windows: always."""
    known = tuple(windows)
    return not known or any(begins <= now < ends for begins, ends in _spans(known, now))


def opens_at(windows: Iterable[Window], *, now: datetime) -> datetime | None:
    """When changes may be made next: now, where they may; None where no window names a day."""
    known = tuple(windows)
    if is_open(known, now=now):
        return now
    return min((begins for begins, _ in _spans(known, now) if begins > now), default=None)


def _spans(windows: tuple[Window, ...], now: datetime) -> list[tuple[datetime, datetime]]:
    """Every opening that can matter: from yesterday, which may last into today, to this day next week."""
    found = []
    for ahead in range(-1, 8):
        day = (now + ahead * _DAY).date()
        for window in windows:
            if day.weekday() not in window.days:
                continue
            begins = datetime.combine(day, window.begins, tzinfo=now.tzinfo)
            ends = datetime.combine(day, window.ends, tzinfo=now.tzinfo)
            found.append((begins, ends if ends > begins else ends + _DAY))
    return found
