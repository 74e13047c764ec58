"""The numbered log of everything that changed in the tenant, in an SQLite file or in memory."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from chamberlain.simulator.options import CannotStartError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tenant (population TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS change (
    position INTEGER PRIMARY KEY, mutation BLOB NOT NULL, happened REAL NOT NULL DEFAULT 0, by TEXT
);
"""


class Change(NamedTuple):
    """One entry: a mutation as JSON, at its position and second. Position 0 is the tenant before any change.

    by  client id of the application that made it through Graph, None for everybody else
    """

    position: int
    mutation: bytes
    happened: float
    by: str | None = None


class ChangeLog:
    """Append-only; a position once given means the same world for ever, unless the log is cut."""

    def __init__(self, file: Path | None, population: str) -> None:
        try:
            self._database = sqlite3.connect(file or ":memory:", isolation_level=None, check_same_thread=False)
            self._database.executescript(_SCHEMA)
            self._add_columns()
        except sqlite3.Error as problem:
            raise CannotStartError(
                f"The tenant file {file} cannot be opened ({problem}); "
                "check that it is a simulator's file and writable."
            ) from problem
        self._claim(file, population)
        self._position: int = self._database.execute("SELECT coalesce(max(position), 0) FROM change").fetchone()[0]

    def _add_columns(self) -> None:
        """Files from before changes had a time and an author get the columns."""
        columns = {row[1] for row in self._database.execute("PRAGMA table_info(change)")}
        if "happened" not in columns:
            self._database.execute("ALTER TABLE change ADD COLUMN happened REAL NOT NULL DEFAULT 0")
        if "by" not in columns:
            self._database.execute("ALTER TABLE change ADD COLUMN by TEXT")

    def _claim(self, file: Path | None, population: str) -> None:
        row = self._database.execute("SELECT population FROM tenant").fetchone()
        if row is None:
            self._database.execute("INSERT INTO tenant VALUES (?)", (population,))
        elif row[0] != population:
            raise CannotStartError(
                f"The tenant file {file} was made with {row[0]} and cannot be opened with {population}; "
                "use the same options or another file."
            )

    @property
    def position(self) -> int:
        """Position of the newest change."""
        return self._position

    def append(self, mutation: bytes, happened: float, *, by: str | None = None) -> int:
        """Record a change for good and return its position."""
        row = (self._position + 1, mutation, happened, by)
        self._database.execute("INSERT INTO change (position, mutation, happened, by) VALUES (?, ?, ?, ?)", row)
        self._position += 1
        return self._position

    def changes(self, *, until: int, after: int = 0) -> Iterator[Change]:
        """Changes after one position and up to another, oldest first."""
        rows = self._database.execute(
            "SELECT position, mutation, happened, by FROM change WHERE position BETWEEN ? AND ? ORDER BY position",
            (after + 1, until),
        )
        return (Change(*row) for row in rows)

    def cut(self, position: int) -> None:
        """Forget everything after a position.

        raises  ValueError for one that was never reached
        """
        if not 0 <= position <= self._position:
            raise ValueError(f"The log ends at {self._position}.")
        self._database.execute("DELETE FROM change WHERE position > ?", (position,))
        self._position = position

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
