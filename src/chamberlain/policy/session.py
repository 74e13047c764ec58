"""When a session is over by itself."""

from datetime import datetime, timedelta

from chamberlain.model.entrance import Ending


def over(
    *, started_at: datetime | None, seen_at: datetime | None, now: datetime, idle: timedelta, longest: timedelta
) -> Ending | None:
    """Why the session is over; None while it is good. One that does not say when it began is too old.

    idle     after so long without its person doing anything
    longest  however busy they are
    """
    if started_at is None or seen_at is None or now - started_at >= longest:
        return Ending.TOO_OLD
    return Ending.IDLE if now - seen_at >= idle else None
