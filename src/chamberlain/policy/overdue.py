"""When to tell that a tenant's data grows old."""

from datetime import datetime, timedelta

INTERVALS = 3
LONG_RUN = timedelta(hours=12)
"""A first reading of a large tenant takes hours, and is none the less under way."""


def is_overdue(*, since: datetime, now: datetime, interval: timedelta, running_since: datetime | None) -> bool:
    """Whether three syncs in a row did not come to an end; never where syncs are only started by hand.

    since          when the last one succeeded, or when the tenant was connected
    running_since  when the one that is under way was queued; None where none is
    """
    if interval <= timedelta(0):
        return False
    patience = INTERVALS * interval
    if running_since is not None:
        return now - max(since, running_since) > max(patience, LONG_RUN)
    return now - since > patience
