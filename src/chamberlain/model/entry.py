"""An entry of the audit trail, and what is known of the chain it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened: who, what, when, from where, why, before and after.

    id       of the event, given before it is written
    tenant   our id of the tenant; None where it concerns the installation
    before   what was set before, and after; None where nothing was changed
    stamp    proves that Chamberlain wrote it (policy/chain.py); empty on those older than stamps
    """

    id: int
    at: datetime
    name: str
    tenant: int | None
    actor_kind: str
    actor_id: str
    actor_name: str
    subject: str
    channel: str
    ip: str
    agent: str
    request: str
    reason: str
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None
    details: Mapping[str, str]
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One place of the chain, and the entry that stands there; None where it is gone.

    mac      proves that Chamberlain put the link there
    removal  proves that Chamberlain took the entry away with its tenant; None where it did not
    """

    sequence: int
    event_id: int
    digest: str
    hash: str
    mac: str
    sealed_at: datetime
    removal: str | None = None
    entry: Entry | None = None


class Fault(Enum):
    """What can be wrong with an audit trail."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    APPENDED = "appended"
    UNSTAMPED = "unstamped"
    LINK_MISSING = "link_missing"
    LINK_FORGED = "link_forged"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where: a place in the chain, an event, or both."""

    fault: Fault
    sequence: int | None
    event_id: int | None


@dataclass(frozen=True, slots=True)
class ChainState:
    """Where a chain ends.

    sequence, hash  of the last link; 0 and zeros where there is none
    waiting         entries that are written and not yet sealed
    oldest_waiting  since when; None where none waits
    """

    sequence: int
    hash: str
    sealed_at: datetime | None
    waiting: int
    oldest_waiting: datetime | None
