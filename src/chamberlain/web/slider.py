"""The time that a page shows, and the moments at which something on it changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from chamberlain import clock
from chamberlain.policy.moment import read_moment
from chamberlain.queries.history import Moments
from chamberlain.web.address import Address, text_from
from chamberlain.web.drawing import place

MOST_MARKS = 60
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment at which something changed: where it is on the line, and the address that shows the page then."""

    at: datetime
    x: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Slider:
    """The slider of a page.

    at       the time in the past that is shown; None: now
    typed    the time as the form's field has it; earliest, latest: what may be typed there
    x        where the time is on the line
    marks    the latest MOST_MARKS of all `total`, newest first
    look     where the moments are, if finding them takes a while and was not asked for
    """

    at: datetime | None
    since: datetime
    typed: str
    earliest: str
    latest: str
    x: str
    marks: tuple[Mark, ...]
    total: int
    earlier: str | None
    later: str | None
    now: str
    look: str | None


def time_from(request: HttpRequest) -> datetime | None:
    """The time that the address asks about; None: now.

    raises  Refused("time_unreadable"), Refused("time_ahead")
    """
    typed = text_from(request, "at")
    return read_moment(typed, now=clock.now()) if typed else None


def stamp(at: datetime | None) -> str:
    """A time as it stands in addresses, to the microsecond; "" for now."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}" if at else ""


def slider_for(address: Address, *, at: datetime | None, moments: Moments) -> Slider:
    """The slider for a page with this address."""
    now = clock.now()
    shown = at or now
    earlier, later = moments.before(_change_shown(moments, shown)), moments.after(shown)
    marks = moments.changes[-MOST_MARKS:]
    here = max((one for one in moments.changes if one <= shown), default=None)
    return Slider(
        at=at,
        since=moments.since,
        typed=_typed(at) if at else "",
        earliest=_typed(moments.since),
        latest=_typed(now),
        x=place(shown, begin=moments.since, end=now),
        marks=tuple(
            Mark(one, place(one, begin=moments.since, end=now), address.with_(at=stamp(one)), one == here)
            for one in reversed(marks)
        ),
        total=len(moments.changes),
        earlier=address.with_(at=stamp(earlier)) if earlier else None,
        later=address.with_(at=stamp(later)) if at and later else None,
        now=address.with_(at=""),
        look=None if moments.looked else address.with_(moments="yes"),
    )


def _change_shown(moments: Moments, shown: datetime) -> datetime:
    """The change that made what is shown; the one before it shows something else."""
    return max((one for one in moments.changes if one <= shown), default=shown)


def _typed(at: datetime) -> str:
    """A time as a field of the form has it, to the second, and not earlier than it is."""
    whole = at.replace(microsecond=0)
    return f"{whole if whole == at else whole + SECOND:%Y-%m-%dT%H:%M:%S}"
