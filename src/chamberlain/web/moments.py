"""How long ago something was, in words."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONTH = timedelta(days=30)
YEAR = timedelta(days=365)


def ago(moment: datetime, *, now: datetime) -> str:
    """The distance to a past moment, in the largest unit that fits; a moment ahead of us counts as now."""
    age = now - moment
    if age < MINUTE:
        return _("just now")
    if age < HOUR:
        return _counted(age // MINUTE, "minute")
    if age < DAY:
        return _counted(age // HOUR, "hour")
    if age < 2 * MONTH:
        return _counted(age // DAY, "day")
    if age < 2 * YEAR:
        return _counted(age // MONTH, "month")
    return _counted(age // YEAR, "year")


def ahead(moment: datetime, *, now: datetime) -> str:
    """The distance to a moment that is to come; a past one is due now."""
    left = moment - now
    if left <= timedelta(0):
        return _("now")
    if left < MINUTE:
        count = max(round(left.total_seconds()), 1)
        return ngettext("in %(count)d second", "in %(count)d seconds", count) % {"count": count}
    if left < HOUR:
        return ngettext("in %(count)d minute", "in %(count)d minutes", left // MINUTE) % {"count": left // MINUTE}
    return ngettext("in %(count)d hour", "in %(count)d hours", left // HOUR) % {"count": left // HOUR}


def exact(moment: datetime) -> str:
    """The moment itself, for the eyes of people."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def lasted(seconds: float | None) -> str:
    """A duration: tenths below ten seconds, then seconds, minutes, hours."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return _("%(count).1f s") % {"count": seconds}
    if seconds < 120:
        return _("%(count)d s") % {"count": seconds}
    if seconds < 7200:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": seconds // 60, "seconds": seconds % 60}
    return _("%(hours)d h %(minutes)d min") % {"hours": seconds // 3600, "minutes": seconds % 3600 // 60}


def _counted(count: int, unit: str) -> str:
    match unit:
        case "minute":
            text = ngettext("%(count)d minute ago", "%(count)d minutes ago", count)
        case "hour":
            text = ngettext("%(count)d hour ago", "%(count)d hours ago", count)
        case "day":
            text = ngettext("%(count)d day ago", "%(count)d days ago", count)
        case "month":
            text = ngettext("%(count)d month ago", "%(count)d months ago", count)
        case _:
            text = ngettext("%(count)d year ago", "%(count)d years ago", count)
    return text % {"count": count}
