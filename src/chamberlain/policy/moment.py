"""Times as people type them."""

import re
from datetime import UTC, datetime, timedelta

from chamberlain.errors import Refused

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)


def read_moment(text: str, *, now: datetime, ends: bool = True) -> datetime:
    """A date or a date with a time, in UTC unless it carries an offset: 2026-03-03, 2026-03-03T14:00.

    ends     a date alone is its last moment, or now where the day is not over; otherwise its first moment
    raises   Refused("time_unreadable"), Refused("time_ahead")
    """
    typed = text.strip()
    moment = _read(typed)
    if moment > now:
        raise Refused("time_ahead", text=typed)
    try:
        return min(moment + DAY - MOMENT, now) if ends and DATE.fullmatch(typed) else moment
    except OverflowError:
        raise Refused("time_unreadable", text=typed) from None


def read_end(text: str, *, now: datetime) -> datetime:
    """When something is to end, to the second; a date alone is its last second.

    raises  Refused("time_unreadable"), Refused("end_passed")
    """
    typed = text.strip()
    moment = _read(typed).replace(microsecond=0)
    try:
        ends = moment + DAY - SECOND if DATE.fullmatch(typed) else moment
    except OverflowError:
        raise Refused("time_unreadable", text=typed) from None
    if ends <= now:
        raise Refused("end_passed", text=typed)
    return ends


def _read(typed: str) -> datetime:
    try:
        read = datetime.fromisoformat(typed)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("time_unreadable", text=typed) from None
