"""What a backup says of itself."""

from dataclasses import dataclass
from datetime import datetime

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A table's rows as the backup holds them.

    columns  in the order of the rows
    sha256   of the rows, uncompressed, in hex
    """

    table: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The list that a backup ends with.

    version     of Chamberlain that made it
    migrations  "app.name" of each that the database had
    sequences   each with its last number
    keys        ids of the keys without which it cannot be used, the newest first; the newest marks the list
    key_sha256  of the sealed keys in it; empty where it holds none
    """

    format: int
    made_at: datetime
    version: str
    migrations: tuple[str, ...]
    parts: tuple[Part, ...]
    sequences: dict[str, int]
    keys: tuple[str, ...]
    key_sha256: str = ""

    @property
    def rows(self) -> int:
        """How many rows of all tables."""
        return sum(part.rows for part in self.parts)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    with_key  the key came out of the backup
    """

    manifest: Manifest
    with_key: bool
