"""The numbered log of everything that changed in the tenant, in an SQLite file or in memory."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from chamberlain.simulator.options import CannotStartError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tenant (population TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS change (
    position INTEGER PRIMARY KEY, mutation BLOB NOT NULL, happened REAL NOT NULL DEFAULT 0
);
"""


class Change(NamedTuple):
    """One entry: a mutation as JSON, at its position and second. Position 0 is the tenant before any change."""

    position: int
    mutation: bytes
    happened: float


class ChangeLog:
    """Append-only; a position once given means the same world for ever."""

    def __init__(self, file: Path | None, population: str) -> None:
        try:
            self._database = sqlite3.connect(file or ":memory:", isolation_level=None, check_same_thread=False)
            self._database.executescript(_SCHEMA)
            self._tell_time()
        except sqlite3.Error as problem:
            raise CannotStartError(
                f"The tenant file {file} cannot be opened ({problem}); "
                "check that it is a simulator's file and writable."
            ) from problem
        self._claim(file, population)
        self._position: int = self._database.execute("SELECT coalesce(max(position), 0) FROM change").fetchone()[0]

    def _tell_time(self) -> None:
        """Files from before changes had a time get the column."""
        columns = {row[1] for row in self._database.execute("PRAGMA table_info(change)")}
        if "happened" not in columns:
            self._database.execute("ALTER TABLE change ADD COLUMN happened REAL NOT NULL DEFAULT 0")

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

    def append(self, mutation: bytes, happened: float) -> int:
        """Record a change for good and return its position."""
        self._database.execute("INSERT INTO change VALUES (?, ?, ?)", (self._position + 1, mutation, happened))
        self._position += 1
        return self._position

    def changes(self, *, until: int) -> Iterator[Change]:
        """Changes up to a position, oldest first."""
        rows = self._database.execute(
            "SELECT position, mutation, happened FROM change WHERE position <= ? ORDER BY position", (until,)
        )
        return (Change(*row) for row in rows)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
