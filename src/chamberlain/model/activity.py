"""When an account was last used, as far as anybody knows. Unknown is a value with a reason, never a time or zero."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Source(Enum):
    """Who says so. Values are stable: they stand in the database and in documents."""

    ENTRA = "entra"


class WhyUnknown(Enum):
    """Why nobody knows."""

    NOT_READ = "not_read"
    NOT_CHOSEN = "not_chosen"
    NO_RECORD = "no_record"
    SCOPE_MISSING = "scope_missing"
    PREMIUM_MISSING = "premium_missing"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class LastUsed:
    """A last use.

    succeeded  False where only an attempt to sign in is on record
    as_of      when the source was asked
    """

    at: datetime
    source: Source
    succeeded: bool
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows.

    as_of  when the source was asked; None where it was not
    """

    why: WhyUnknown
    source: Source
    as_of: datetime | None = None


Activity = LastUsed | Unknown


@dataclass(frozen=True, slots=True)
class ActivitySeen:
    """What a source says of one account. `at` None: it has no record."""

    guid: str
    at: datetime | None
    succeeded: bool
