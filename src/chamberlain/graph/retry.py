"""When to ask again, and how long to wait first.

source  https://learn.microsoft.com/graph/throttling (2026): wait Retry-After seconds; without it back off with jitter
"""

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

RETRIABLE = frozenset({429, 500, 502, 503, 504, 509})
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_BACKOFF = timedelta(seconds=60)
DEADLINE = timedelta(minutes=10)  # of one question of a run, however often it is asked
SHORT_DEADLINE = timedelta(seconds=30)  # where a person waits


def asked_wait(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """What Retry-After says: seconds, an HTTP date, or the first number of something malformed; None without it.

    The date is tried before splitting at commas: dates have one. Some services say x-ms-retry-after-ms as well or
    instead: the longer of the two counts. Never negative, never above LONGEST_WAIT.
    """
    waits = [_retry_after(headers, now=now), _milliseconds(headers)]
    told = [wait for wait in waits if wait is not None]
    return min(max(*told, timedelta(0)), LONGEST_WAIT) if told else None


def _milliseconds(headers: Mapping[str, str]) -> timedelta | None:
    number = _number(headers.get("x-ms-retry-after-ms", "").split(",")[0])
    return None if number is None else _span(number / 1000)


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_WAIT.total_seconds()))


def _retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    seconds = _number(text)
    if seconds is None:
        try:
            seconds = (parsedate_to_datetime(text).astimezone(UTC) - now).total_seconds()
        except ValueError:
            seconds = _number(text.split(",")[0])
    return None if seconds is None else _span(seconds)


def backoff(attempt: int, *, jitter: float | None = None) -> timedelta:
    """Wait before the attempt after `attempt` (counted from 1): anything up to a limit that doubles and is capped.

    source  https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter (2015): spread over all of it
    """
    share = random.random() if jitter is None else jitter  # noqa: S311 - spreads load, keeps no secret
    whole: timedelta = min(FIRST_WAIT * 2 ** min(attempt - 1, 16), LONGEST_BACKOFF)
    return whole * share


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
