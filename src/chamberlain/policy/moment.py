"""Times as people type them."""

import re
from datetime import UTC, datetime, timedelta

from chamberlain.errors import Refused

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


def read_moment(text: str, *, now: datetime, ends: bool = True) -> datetime:
    """A date or a date with a time, in UTC unless it carries an offset: 2026-03-03, 2026-03-03T14:00.

    ends     a date alone is its last moment, or now where the day is not over; otherwise its first moment
    raises   Refused("time_unreadable"), Refused("time_ahead")
    """
    typed = text.strip()
    try:
        read = datetime.fromisoformat(typed)
    except ValueError:
        raise Refused("time_unreadable", text=typed) from None
    moment = read if read.tzinfo else read.replace(tzinfo=UTC)
    try:
        moment = moment.astimezone(UTC)
        if moment > now:
            raise Refused("time_ahead", text=typed)
        return min(moment + DAY - MOMENT, now) if ends and DATE.fullmatch(typed) else moment
    except OverflowError:
        raise Refused("time_unreadable", text=typed) from None
