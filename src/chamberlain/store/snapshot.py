"""One state of the database for everything that is read together: a page never mixes two states of a tenant."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.transaction import atomic

# https://www.postgresql.org/docs/18/transaction-iso.html#XACT-REPEATABLE-READ (2025): every statement sees the state
# that was committed when the first one began. Such a transaction that only reads never has to be repeated.
ONE_STATE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@contextmanager
def state_of(exported: str) -> Iterator[None]:
    """Lets all reads inside see the state that another open connection reads, by the name that it exported."""
    with atomic():
        with connection.cursor() as cursor:
            cursor.execute(ONE_STATE)
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [exported])
        yield


@contextmanager
def snapshot() -> Iterator[None]:
    """Lets all reads inside see one state; a merge that commits meanwhile shows in the next snapshot.

    Inside a transaction, or inside another snapshot, it adds nothing: the outer one decides. Nothing may be written
    in it. Also a decorator: `@snapshot()`.
    """
    if connection.in_atomic_block:
        yield
        return
    with atomic():
        with connection.cursor() as cursor:
            cursor.execute(ONE_STATE)
        yield
