"""How the audit trail is chained: pure functions over entries. docs/reference/events.md tells it to auditors.

An entry is one line of JSON. Its digest is the SHA-256 of the line. The hash of place n is the SHA-256 of
"<n> <hash of place n-1> <digest>", so that the chain can be checked where a line itself may not be shown.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from chamberlain.model.audit import Asked
from chamberlain.model.entry import Entry, Fault, Finding, Link

FIRST = "0" * 64
"""What stands before the first link."""


def moment(at: datetime) -> str:
    """A time as lines have it: UTC, always with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def line_of(entry: Entry) -> str:
    """The canonical line: JSON with sorted keys, no spaces, letters as they are."""
    fields: dict[str, Any] = asdict(entry)
    fields["at"] = moment(entry.at)
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(line: str) -> str:
    """The SHA-256 of a line, in hex."""
    return hashlib.sha256(line.encode()).hexdigest()


def hash_of(*, sequence: int, previous: str, digest: str) -> str:
    """The hash of a place, from that of the place before."""
    return hashlib.sha256(f"{sequence} {previous} {digest}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Seal:
    """Makes and checks the marks that nobody can make who only reaches the database.

    secret        32 bytes; the database holds them encrypted only
    legacy_until  the last event that was written before there were stamps
    """

    secret: bytes = field(repr=False)
    legacy_until: int

    def stamp(self, entry: Entry) -> str:
        """The mark of an entry: an HMAC over its line without a stamp."""
        fields = asdict(entry) | {"stamp": ""}
        return self._mac("event", line_of(Entry(**fields)))

    def is_ours(self, entry: Entry) -> bool:
        """Whether Chamberlain wrote the entry, or it is older than stamps."""
        if not entry.stamp:
            return entry.id <= self.legacy_until
        return hmac.compare_digest(self.stamp(entry), entry.stamp)

    def of_link(self, *, event_id: int, hash: str) -> str:
        """The mark of a link."""
        return self._mac("link", f"{event_id} {hash}")

    def of_removal(self, *, sequence: int, hash: str) -> str:
        """The mark of an entry that was taken away with its tenant."""
        return self._mac("removal", f"{sequence} {hash}")

    def _mac(self, what: str, text: str) -> str:
        key = hmac.new(self.secret, f"chamberlain {what}".encode(), hashlib.sha256).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def forge(entries: Iterable[Entry], *, seal: Seal, sequence: int, previous: str, at: datetime) -> Iterator[Link]:
    """The links that chain these entries to the place `sequence`, whose hash is `previous`."""
    for entry in entries:
        sequence += 1
        digest = digest_of(line_of(entry))
        previous = hash_of(sequence=sequence, previous=previous, digest=digest)
        mac = seal.of_link(event_id=entry.id, hash=previous)
        yield Link(sequence, entry.id, digest, previous, mac, at, None, entry)


def audit(links: Iterable[Link], *, seal: Seal) -> Iterator[Finding]:
    """Everything that is wrong with a chain, in its order, from its first place on."""
    expected, previous = 1, FIRST
    for link in links:
        if link.sequence != expected:
            yield from (Finding(Fault.LINK_MISSING, gap, None) for gap in range(expected, link.sequence))
        is_next = link.sequence == expected
        hashed = hash_of(sequence=link.sequence, previous=previous, digest=link.digest)
        marked = hmac.compare_digest(seal.of_link(event_id=link.event_id, hash=link.hash), link.mac)
        if not marked:
            yield Finding(Fault.LINK_FORGED, link.sequence, link.event_id)
        elif is_next and hashed != link.hash:  # a link of ours, at a place that is not its own
            yield Finding(Fault.REORDERED, link.sequence, link.event_id)
        yield from _audit_entry(link, seal)
        expected, previous = link.sequence + 1, link.hash


def _audit_entry(link: Link, seal: Seal) -> Iterator[Finding]:
    entry = link.entry
    if entry is None:
        removal = seal.of_removal(sequence=link.sequence, hash=link.hash)
        if link.removal is None or not hmac.compare_digest(removal, link.removal):
            yield Finding(Fault.MISSING, link.sequence, link.event_id)
    elif digest_of(line_of(entry)) != link.digest:
        yield Finding(Fault.CHANGED, link.sequence, link.event_id)
    elif not seal.is_ours(entry):
        fault = Fault.APPENDED if entry.stamp else Fault.UNSTAMPED
        yield Finding(fault, link.sequence, link.event_id)


def matches(entry: Entry, asked: Asked) -> bool:
    """Whether an entry is of the tenant and the time that were asked for."""
    return (
        (asked.tenant_id is None or entry.tenant == asked.tenant_id)
        and (asked.since is None or entry.at >= asked.since)
        and (asked.until is None or entry.at < asked.until)
    )
