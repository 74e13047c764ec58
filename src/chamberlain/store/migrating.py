"""Changes of the schema beside everything that runs: pages never wait for one for long."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.management import call_command
from django.db import OperationalError, connection
from psycopg import sql
from psycopg.errors import LockNotAvailable

from chamberlain.errors import Conflict

TURN = 0x0C4A3
ASK_AGAIN = timedelta(milliseconds=200)

LOCKED_OUT_AFTER = timedelta(seconds=2)
"""Whoever waits to change a table makes everybody behind it wait, also those who only read."""

PAUSE = timedelta(seconds=1)
PATIENCE = timedelta(minutes=15)
"""Longer than a backup of a large tenant holds its tables."""


@contextmanager
def taking_turns() -> Iterator[None]:
    """One process at a time changes the schema.

    It asks again and again instead of waiting in the database: a statement that waits keeps a snapshot, and the
    engine makes indexes concurrently, for which everybody's snapshots have to end. Two starters would wait forever.
    """
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [TURN])
            if cursor.fetchone() == (True,):
                break
            time.sleep(ASK_AGAIN.total_seconds())
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [TURN])


def migrate() -> None:
    """Brings our tables up to date. A migration that was done stays done, if a later one cannot be.

    raises  Conflict("database_busy")
    """
    patiently(lambda: call_command("migrate", verbosity=0, interactive=False))


def patiently(change: Callable[[], object], *, patience: timedelta = PATIENCE) -> None:
    """Makes a change that needs tables for itself; lets others pass and tries again while it cannot have them.

    raises  Conflict("database_busy")
    """
    give_up = time.monotonic() + patience.total_seconds()
    while True:
        try:
            _briefly(change)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            if time.monotonic() > give_up:
                raise Conflict("database_busy", reason=str(error).strip()) from error
            time.sleep(PAUSE.total_seconds())
        else:
            return


def _briefly(change: Callable[[], object]) -> None:
    milliseconds = round(LOCKED_OUT_AFTER.total_seconds() * 1000)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET lock_timeout = {}").format(milliseconds))
    try:
        change()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
