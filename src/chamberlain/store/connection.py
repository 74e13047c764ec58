"""Connections to the database outside Django's: for COPY, advisory locks and long phases."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections, connection, connections
from django.db.transaction import atomic as transaction
from psycopg.rows import TupleRow

from chamberlain.errors import Refused

JSONB = 3802  # PostgreSQL's type number; Django leaves such columns as text

NOT_AT_FAULT = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)

Answer = TypeVar("Answer")

__all__ = ["apart", "connect", "fresh_connections", "is_passing", "rows", "transaction"]


def connect(*, autocommit: bool = False) -> "psycopg.Connection[TupleRow]":
    """A connection of its own to the database that Django uses; the caller closes it."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    parameters.pop("prepare_threshold", None)
    return psycopg.connect(**parameters, autocommit=autocommit)


def is_passing(error: BaseException) -> bool:
    """Whether the database, or the way to it, failed, not what was asked: a cut connection, a restart, a deadlock."""
    return isinstance(error, NOT_AT_FAULT)


@contextmanager
def fresh_connections() -> Iterator[None]:
    """Lets a long-lived thread begin and end a deed without a connection that has died meanwhile."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


def apart(deed: Callable[[], Answer]) -> Answer:
    """Does it in a thread of its own kind: the connection it opens ends with it."""
    try:
        return deed()
    finally:
        connections.close_all()


def rows(statement: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """All rows of a query on this thread's Django connection, by column name; jsonb comes decoded.

    raises  Refused("text_malformed") for text with the character NUL, which PostgreSQL has no place for
    """
    if any(isinstance(value, str) and "\x00" in value for value in values.values()):
        raise Refused("text_malformed")
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        columns = [(column.name, column.type_code == JSONB) for column in cursor.description or ()]
        return [
            {
                name: json.loads(value) if is_json and value is not None else value
                for (name, is_json), value in zip(columns, row, strict=True)
            }
            for row in cursor.fetchall()
        ]
