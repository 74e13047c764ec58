"""What a merge changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from chamberlain.model.kind import Family

ACCOUNTS: Final = "accounts"


@dataclass(frozen=True, slots=True)
class Merged:
    """In rows: accounts or permissions added, changed, removed; grants opened, closed."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    opened: int = 0
    closed: int = 0

    def __add__(self, other: "Merged") -> "Merged":
        return Merged(
            self.added + other.added,
            self.changed + other.changed,
            self.removed + other.removed,
            self.opened + other.opened,
            self.closed + other.closed,
        )


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that was committed.

    at       from when on it holds: when it was seen, or later where an earlier merge was later than that
    changes  by ACCOUNTS, or the name of a family in small letters; what is missing did not change
    """

    at: datetime
    changes: Mapping[str, Merged] = field(default_factory=dict)

    @property
    def total(self) -> Merged:
        """All together."""
        return sum(self.changes.values(), Merged())

    @property
    def accounts(self) -> Merged:
        """What changed among accounts."""
        return self.changes.get(ACCOUNTS, Merged())

    def of(self, family: Family) -> Merged:
        """What changed in a family: its permissions, and the grants of them."""
        return self.changes.get(name_of(family), Merged())


def name_of(family: Family) -> str:
    """What a family is called where things are told apart by it, in coverage and in figures."""
    return family.name.lower()
