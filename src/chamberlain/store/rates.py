"""Attempts that are counted in the database, so that any number of web processes count together.

Of each key one time is kept: when its allowance will be whole again. Taking one moves that time by what one costs.
"""

import random
from datetime import datetime, timedelta

from chamberlain.policy.rate import Allowance
from chamberlain.store.connection import rows

__all__ = ["Allowance", "take", "wait"]

TAKE = """
    INSERT INTO rate_limit AS r (key, whole_at) VALUES (%(key)s, %(now)s + %(one)s)
    ON CONFLICT (key) DO UPDATE SET whole_at = greatest(r.whole_at, %(now)s) + %(one)s
        WHERE greatest(r.whole_at, %(now)s) + %(one)s <= %(now)s + %(all)s
    RETURNING 1
"""
LOOK = "SELECT whole_at FROM rate_limit WHERE key = %(key)s"
FORGET = "DELETE FROM rate_limit WHERE whole_at < %(now)s RETURNING 1"
FORGET_ONCE_IN = 200


def take(key: str, *, allowed: Allowance, now: datetime) -> timedelta:
    """Takes one; nothing is taken, and how long to wait is told, where none is left."""
    if random.randrange(FORGET_ONCE_IN) == 0:  # noqa: S311 - housekeeping, no secret
        rows(FORGET, {"now": now})
    one = allowed.comes_back
    if rows(TAKE, {"key": key, "now": now, "one": one, "all": one * allowed.at_once}):
        return timedelta()
    return max(wait(key, allowed=allowed, now=now), timedelta(seconds=1))


def wait(key: str, *, allowed: Allowance, now: datetime) -> timedelta:
    """How long until one is left; zero where one is."""
    found = rows(LOOK, {"key": key})
    whole_at = found[0]["whole_at"] if found else now
    return max(whole_at + allowed.comes_back - allowed.comes_back * allowed.at_once - now, timedelta())
