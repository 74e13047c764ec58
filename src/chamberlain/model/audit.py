"""What is asked of the audit trail, and what is answered."""

from dataclasses import dataclass
from datetime import datetime

from chamberlain.model.entry import ChainState, Entry, Finding


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: all, or those of a tenant, an actor, an event, a time; empty asks for no part.

    tenant_id  None: of the whole installation
    who        part of the actor's name, or the actor's id
    what       name of an event, or of a kind of them: "person" finds "person:signed_in"
    subject    what it was about, exactly
    since      not before, and until: before this time
    """

    tenant_id: int | None = None
    who: str = ""
    what: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry with its place in the chain, and the slug of its tenant; no place: it is not sealed yet.

    about  what its subject is called now, where that is known and was asked for
    """

    entry: Entry
    sequence: int | None
    tenant: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first. older: where the next page begins; newer: whether this is not the first page."""

    rows: tuple[Seen, ...]
    older: int | None
    newer: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking the whole chain found.

    checked    how many places
    findings   what is wrong, but for entries that are not stamped
    more       findings beyond those that are named
    adopted    entries that an older version wrote during the upgrade, without a stamp, as an entry of ours tells
    unstamped  entries that an older version wrote beside this one, or somebody by hand: nobody can tell which
    """

    state: ChainState
    checked: int
    removed: int
    findings: tuple[Finding, ...]
    more: int
    unstamped: int = 0
    adopted: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings and not self.unstamped
