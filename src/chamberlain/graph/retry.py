"""When to ask again, and how long to wait first.

source  https://learn.microsoft.com/graph/throttling (2026): wait Retry-After seconds; without it back off with jitter
"""

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

ATTEMPTS = 6
RETRIABLE = frozenset({429, 500, 502, 503, 504, 509})
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_BACKOFF = timedelta(seconds=60)


def asked_wait(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """What Retry-After says: seconds, an HTTP date, or the first number of something malformed; None without it.

    The date is tried before splitting at commas: dates have one. Never negative, never above LONGEST_WAIT.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    seconds = _number(text)
    if seconds is None:
        try:
            seconds = (parsedate_to_datetime(text).astimezone(UTC) - now).total_seconds()
        except ValueError:
            seconds = _number(text.split(",")[0])
    if seconds is None:
        return None
    return min(max(timedelta(seconds=seconds), timedelta(0)), LONGEST_WAIT)


def backoff(attempt: int, *, jitter: float | None = None) -> timedelta:
    """Wait before the attempt after `attempt` (counted from 1): doubling, capped, between half and all of it."""
    share = random.random() if jitter is None else jitter  # noqa: S311 - spreads load, keeps no secret
    whole: timedelta = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_BACKOFF)
    return whole * (0.5 + share / 2)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
