"""Delta links and other places to go on from, as one run leaves them to the next."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chamberlain.kinds import audits, groups, people, products
from chamberlain.model.cursor import Cursor

STREAMS = {people.STREAM: people.SINCE, groups.STREAM: groups.SINCE, products.STREAM: products.SINCE}
AGAIN = "again"
SLICE = "slice"
AGAIN_AFTER = timedelta(minutes=1)
KINDS = ("licences", "people", "groups", "applications", "back")


@dataclass(frozen=True, slots=True)
class Again:
    """What a run read by itself because it had changed, and the next one reads once more: a replica of Microsoft's may
    have answered that had not heard of the change yet. By kind: GUID and when it was noted first.
    """

    noted: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)

    def of(self, kind: str) -> frozenset[str]:
        """GUIDs of a kind to read once more."""
        return frozenset(self.noted.get(kind, ()))

    def after(self, read: Mapping[str, Iterable[str]], *, now: datetime) -> "Again":
        """What is left for the next run, after this one read these."""
        left: dict[str, dict[str, datetime]] = {}
        for kind in KINDS:
            known = self.noted.get(kind, {})
            left[kind] = {
                guid: known.get(guid, now)
                for guid in read.get(kind, ())
                if guid not in known or now - known[guid] < AGAIN_AFTER
            }
        return Again(left)


def made_with(graph_root: str, stream: str) -> str:
    """What a link of a stream answers: another field or another place needs another link."""
    return f"{graph_root} {STREAMS.get(stream, '')}"


def is_link(cursor: Cursor | None) -> bool:
    """Whether a stream's changes can be read; a kind that a run could not read leaves nothing to go on from."""
    return cursor is not None and cursor.link != ""


def cursors(
    links: Mapping[str, str], *, graph_root: str, issued_at: datetime, again: Again, newest_audit: datetime | None
) -> list[Cursor]:
    """What the next run goes on from. A stream that was not read is forgotten: the audit log moves on without it."""
    links = dict.fromkeys(STREAMS, "") | dict(links)
    found = [Cursor(stream, link, issued_at, made_with(graph_root, stream)) for stream, link in links.items()]
    noted = {kind: {guid: at.isoformat() for guid, at in guids.items()} for kind, guids in again.noted.items()}
    found.append(Cursor(AGAIN, json.dumps(noted), issued_at, made_with(graph_root, AGAIN)))
    if newest_audit is not None:
        made = made_with(graph_root, audits.STREAM)
        found.append(Cursor(audits.STREAM, newest_audit.isoformat(), issued_at, made))
    return found


def read_again(known: Mapping[str, Cursor]) -> Again:
    """What the run before left to be read once more."""
    if AGAIN not in known:
        return Again()
    noted = json.loads(known[AGAIN].link)
    return Again(
        {kind: {guid: datetime.fromisoformat(at) for guid, at in guids.items()} for kind, guids in noted.items()}
    )


def read_watermark(known: Mapping[str, Cursor]) -> datetime | None:
    """The time of the newest audit entry that the runs before have seen."""
    return datetime.fromisoformat(known[audits.STREAM].link) if audits.STREAM in known else None
