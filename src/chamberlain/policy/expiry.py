"""When to tell that a credential ends."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from chamberlain.errors import Refused

THRESHOLDS_DAYS = (30, 14, 7, 1, 0)
FIRST_TOLD = timedelta(days=THRESHOLDS_DAYS[0])


class Urgency(Enum):
    """How loud to say it."""

    UNKNOWN = "unknown"
    FINE = "fine"
    SOON = "soon"
    URGENT = "urgent"
    OVER = "over"


URGENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Ending:
    """What there is to say of an end. `days` are whole ones that are left, None where the end is not known."""

    urgency: Urgency
    days: int | None


def ending(expires_at: datetime | None, *, now: datetime) -> Ending:
    """How a credential stands now."""
    if expires_at is None:
        return Ending(Urgency.UNKNOWN, None)
    left = expires_at - now
    if left <= timedelta(0):
        return Ending(Urgency.OVER, 0)
    if left > FIRST_TOLD:
        return Ending(Urgency.FINE, left.days)
    return Ending(Urgency.URGENT if left <= URGENT else Urgency.SOON, left.days)


def threshold_to_tell(expires_at: datetime, *, now: datetime, told: int | None) -> int | None:
    """The nearest threshold that was reached and not told of yet; those that were slept through are not made up for.

    told  the last one that was told of, in days
    """
    left = expires_at - now
    reached = [days for days in THRESHOLDS_DAYS if left <= timedelta(days=days)]
    if not reached:
        return None
    nearest = min(reached)
    return nearest if told is None or nearest < told else None


def read_last_day(text: str, *, now: datetime) -> datetime:
    """The end of the day that somebody read off Entra's page, in UTC.

    raises  Refused("expiry_unreadable") for what is no date, or has passed
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("expiry_unreadable", text=text.strip()[:40]) from None
    ends = datetime.combine(day, time.max.replace(microsecond=0), tzinfo=UTC)
    if ends <= now:
        raise Refused("expiry_unreadable", text=text.strip()[:40])
    return ends
