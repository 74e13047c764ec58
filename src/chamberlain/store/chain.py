"""The audit trail's chain in the database: sealing what waits, reading it in order, taking a tenant's entries away."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.transaction import atomic

from chamberlain import clock
from chamberlain.model.entry import ChainState, Entry, Fault, Finding, Link
from chamberlain.policy.chain import FIRST, Seal, forge
from chamberlain.store.connection import rows
from chamberlain.store.models import EventRow

LOCK = 0x0C4AD  # held by the one who seals, until its transaction ends
AT_ONCE = 1_000
HEAD = "SELECT sequence, hash, sealed_at FROM event_link ORDER BY sequence DESC LIMIT 1"
WAITING = """
    SELECT w.event_id AS id FROM event_waiting w JOIN event e ON e.id = w.event_id ORDER BY w.event_id LIMIT %(most)s
"""
CHAIN = """
    INSERT INTO event_link (sequence, event_id, digest, hash, mac, sealed_at) VALUES (%s, %s, %s, %s, %s, %s)
"""
LINKS = """
    SELECT l.sequence, l.event_id, l.digest, l.hash, l.mac, l.sealed_at, t.mac AS removal
    FROM event_link l LEFT JOIN event_tombstone t USING (sequence)
    WHERE l.sequence > %(after)s AND l.sequence <= %(until)s ORDER BY l.sequence LIMIT %(most)s
"""
# Written where the trigger that queues was switched off; gone before they were sealed; queued twice is no fault.
UNCHAINED = """
    SELECT e.id, true AS there FROM event e
    WHERE NOT EXISTS (SELECT FROM event_link l WHERE l.event_id = e.id)
      AND NOT EXISTS (SELECT FROM event_waiting w WHERE w.event_id = e.id)
    UNION ALL
    SELECT w.event_id, false FROM event_waiting w WHERE NOT EXISTS (SELECT FROM event e WHERE e.id = w.event_id)
    ORDER BY 1
"""
BURY = """
    INSERT INTO event_tombstone (sequence, event_id, mac) VALUES (%s, %s, %s)
"""


def seal_some(seal: Seal, *, patient: bool = False, adopt: Callable[[Sequence[int]], None] | None = None) -> int:
    """Chains up to a thousand entries that wait, oldest first; how many.

    adopt    is told, in the same transaction, of those that have no stamp and should
    patient  waits for another process that seals; otherwise that one does it, and this one does nothing
    """
    with atomic(), connection.cursor() as cursor:
        if not _locked(cursor, patient=patient):
            return 0
        sequence, previous = head()
        ids = [row["id"] for row in rows(WAITING, {"most": AT_ONCE})]
        entries = [row.value() for row in EventRow.objects.filter(id__in=ids).order_by("id")]
        links = [*forge(entries, seal=seal, sequence=sequence, previous=previous, at=clock.now())]
        cursor.executemany(
            CHAIN, [(one.sequence, one.event_id, one.digest, one.hash, one.mac, one.sealed_at) for one in links]
        )
        cursor.execute("DELETE FROM event_waiting WHERE event_id = ANY (%s)", [ids])
        unstamped = [entry.id for entry in entries if not entry.stamp and not seal.is_ours(entry)]
        if unstamped and adopt is not None:
            adopt(unstamped)
    return len(links)


def entries_named(name: str) -> Iterator[Entry]:
    """All entries of a name, oldest first."""
    return (row.value() for row in EventRow.objects.filter(name=name).order_by("id").iterator())


def head() -> tuple[int, str]:
    """The last place of the chain and its hash."""
    found = rows(HEAD, {})
    return (found[0]["sequence"], found[0]["hash"]) if found else (0, FIRST)


def state() -> ChainState:
    """Where the chain ends, and what waits."""
    last = rows(HEAD, {})
    waiting = rows(
        "SELECT count(*) AS number, min(e.at) AS oldest FROM event_waiting w JOIN event e ON e.id = w.event_id", {}
    )[0]
    return ChainState(
        sequence=last[0]["sequence"] if last else 0,
        hash=last[0]["hash"] if last else FIRST,
        sealed_at=last[0]["sealed_at"] if last else None,
        waiting=waiting["number"],
        oldest_waiting=waiting["oldest"],
    )


def links(*, after: int = 0, until: int) -> Iterator[Link]:
    """The chain in its order, with the entries that stand in it, some at a time: memory stays flat."""
    while some := rows(LINKS, {"after": after, "until": until, "most": AT_ONCE}):
        found = EventRow.objects.in_bulk([row["event_id"] for row in some])
        for row in some:
            event = found.get(row["event_id"])
            yield Link(**row, entry=event.value() if event else None)
        after = some[-1]["sequence"]


def before(sequence: int) -> str:
    """The hash of the place before this one."""
    found = rows("SELECT hash FROM event_link WHERE sequence = %(before)s", {"before": sequence - 1})
    return str(found[0]["hash"]) if found else FIRST


def stretch(tenant_id: int | None, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """The first and the last place of a tenant's entries of a time; None asks for no part. 1 and 0: there are none."""
    statement = """
        SELECT min(l.sequence) AS first, max(l.sequence) AS last FROM event_link l JOIN event e ON e.id = l.event_id
        WHERE (%(tenant)s::int IS NULL OR e.tenant_id = %(tenant)s)
          AND (%(since)s::timestamptz IS NULL OR e.at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR e.at < %(until)s)
    """
    found = rows(statement, {"tenant": tenant_id, "since": since, "until": until})[0]
    return (found["first"], found["last"]) if found["first"] else (1, 0)


def unchained() -> Iterator[Finding]:
    """Entries that are not in the chain and do not wait for it either, and those that were waiting and are gone."""
    for row in rows(UNCHAINED, {}):
        yield Finding(Fault.APPENDED if row["there"] else Fault.MISSING, None, row["id"])


def bury(tenant_id: int, *, seal: Seal, words: Sequence[str] = ()) -> int:
    """Takes a tenant's entries away for ever; their places in the chain stay, marked. How many.

    Call it in a transaction, in which the tenant goes, too.
    words  entries without a tenant in which one of these stands go with them
    """
    with connection.cursor() as cursor:
        _locked(cursor, patient=True)
    while seal_some(seal, patient=True):
        pass
    statement = """
        SELECT l.sequence, l.event_id, l.hash FROM event_link l JOIN event e ON e.id = l.event_id
        WHERE e.tenant_id = %(tenant)s OR e.tenant_id IS NULL AND EXISTS (
            SELECT FROM unnest(%(words)s::text[]) AS word WHERE position(
                lower(word) IN lower(concat_ws(' ', e.subject, e.reason, e.before, e.after, e.details))) > 0)
        ORDER BY l.sequence
    """
    found = rows(statement, {"tenant": tenant_id, "words": list(words)})
    with connection.cursor() as cursor:
        marks = [
            (one["sequence"], one["event_id"], seal.of_removal(sequence=one["sequence"], hash=one["hash"]))
            for one in found
        ]
        cursor.executemany(BURY, marks)
        cursor.execute("DELETE FROM event WHERE id = ANY (%s)", [[one["event_id"] for one in found]])
    return len(found)


def _locked(cursor: Any, *, patient: bool) -> bool:
    if patient:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        return True
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])
