"""Geometry of the charts that templates draw as SVG. Numbers come out as text, so that no locale changes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chamberlain.queries.overview import LicenceRow

WIDTH = 100.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a bar, in hundredths of its width."""

    name: str
    x: str
    width: str


def stacked(parts: Sequence[tuple[str, int]], *, whole: int | None = None) -> tuple[Segment, ...]:
    """Segments side by side; `whole` is what the full width stands for, at least the sum of the parts.

    A part that is not zero stays visible however small its share.
    """
    present = [(name, count) for name, count in parts if count > 0]
    full = max(whole or 0, sum(count for _, count in present), 1)
    segments: list[Segment] = []
    at = 0.0
    for name, count in present:
        width = min(max(WIDTH * count / full, 0.8), WIDTH - at)
        segments.append(Segment(name, f"{at:.2f}", f"{width:.2f}"))
        at += width
    return tuple(segments)


def share(count: int, *, of: int) -> str:
    """The width of a single bar."""
    return f"{WIDTH * min(count, of) / of:.2f}" if of > 0 else "0"


@dataclass(frozen=True, slots=True)
class LicenceDrawing:
    """The bar of a licence: seats of active people, of blocked people, idle ones, and those over the limit."""

    title: str
    segments: tuple[Segment, ...]


def draw_licence(licence: LicenceRow) -> LicenceDrawing:
    """The bar of a licence; its title says the message, so that nobody has to read the colours."""
    over = max(-licence.idle, 0)
    blocked = min(licence.blocked, licence.assigned - over)
    parts = (
        ("main", licence.assigned - over - blocked),
        ("blocked", blocked),
        ("over", over),
        ("idle", 0 if licence.free else max(licence.idle, 0)),
    )
    return LicenceDrawing(licence_message(licence), stacked(parts, whole=licence.bought))


def licence_message(licence: LicenceRow) -> str:
    """The one thing to know about a licence's seats."""
    if licence.free:
        return _("Free of charge; seats do not matter")
    if licence.idle < 0:
        return ngettext(
            "%(count)s seat more assigned than bought", "%(count)s seats more assigned than bought", -licence.idle
        ) % {"count": _number(-licence.idle)}
    if licence.idle == 0:
        return _("No seat left")
    return ngettext("%(count)s seat idle", "%(count)s seats idle", licence.idle) % {"count": _number(licence.idle)}


def _number(value: int) -> str:
    return number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)


def place(moment: datetime, *, begin: datetime, end: datetime) -> str:
    """Where a moment is on a line from one time to another, in hundredths of its length."""
    whole = (end - begin).total_seconds()
    share_of_it = (moment - begin).total_seconds() / whole if whole > 0 else 1.0
    return f"{WIDTH * min(max(share_of_it, 0.0), 1.0):.2f}"
