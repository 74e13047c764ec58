"""The thread that brings rows to PostgreSQL while its owner reads on."""

import queue
import threading
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

MOST_WAITING = 16
"""Items between owner and thread: whoever reads faster than PostgreSQL writes waits, and memory stays flat."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of COPY for one table; committed by themselves."""

    copy: sql.Composed
    data: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that comes after the lines before it."""

    text: sql.Composed
    values: tuple[Any, ...]


class Writer:
    """Writes items in their order, on a connection that is its own while it runs.

    Once something failed it writes nothing more: the failure is raised by each later call.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._items: queue.Queue[Lines | Statement | threading.Event | None] = queue.Queue(MOST_WAITING)
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="staging", daemon=True)
        self._thread.start()

    def put(self, item: Lines | Statement) -> None:
        """Hands an item over; waits only where `MOST_WAITING` are before it."""
        self._raise()
        self._items.put(item)

    def drain(self) -> None:
        """Waits until everything is written."""
        written = threading.Event()
        self._items.put(written)
        written.wait()
        self._raise()

    def stop(self) -> None:
        """Ends the thread after what was handed over; a failure was told or is of no interest any more."""
        self._items.put(None)
        self._thread.join()

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while (item := self._items.get()) is not None:
            if isinstance(item, threading.Event):
                item.set()
            elif self._failure is None:
                try:
                    self._write(item)
                except Exception as error:  # noqa: BLE001 - handed to the owner, whose call raises it
                    self._failure = error

    def _write(self, item: Lines | Statement) -> None:
        if isinstance(item, Statement):
            self._connection.execute(item.text, item.values)
            return
        with self._connection.cursor() as cursor, cursor.copy(item.copy) as copy:
            copy.write(item.data)
