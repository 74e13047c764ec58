"""The audit trail is a chain: what is done to it behind our back is found, and named."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.db.transaction import TransactionManagementError, set_rollback

import stories
from chamberlain import clock
from chamberlain.actions.seal_events import seal_events
from chamberlain.audit.event import EventName, record
from chamberlain.audit.origin import coming_from
from chamberlain.audit.removal import remove_events_of
from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.entry import Fault
from chamberlain.model.origin import Channel, Origin
from chamberlain.model.tenant import Tenant
from chamberlain.policy.chain import Seal
from chamberlain.queries.audit import verify_chain
from chamberlain.store import audit_key as key_store
from chamberlain.store import chain, tenants
from chamberlain.store.connection import apart, connect, transaction
from chamberlain.store.models import AuditKeyRow, EventRow, TenantRow

pytestmark = pytest.mark.usefixtures("world")
ANNA = Actor(ActorKind.PERSON, "anna", "Anna")


@contextmanager
def undone(*, unguarded: bool = False) -> Iterator[Any]:
    """A cursor whose work is rolled back; unguarded: as a superuser with triggers switched off."""
    with transaction():
        with connection.cursor() as cursor:
            if unguarded:
                cursor.execute("SET LOCAL session_replication_role = replica")
            yield cursor
        set_rollback(True)


def tell(subject: str = "a subject", *, tenant: Tenant | None = None, **more: Any) -> EventRow:
    with transaction():
        record(EventName.PERSON_VIEWED, actor=ANNA, tenant_id=tenant.id if tenant else None, subject=subject, **more)
    return EventRow.objects.latest("id")


def sealed(subject: str | None = None) -> int:
    """The id of a new entry that is sealed."""
    event = tell(subject or str(uuid4()))
    seal_events(patient=True)
    return event.id


def place_of(event_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence FROM event_link WHERE event_id = %s", [event_id])
        return int(cursor.fetchone()[0])


def found() -> set[tuple[Fault, int | None]]:
    return {(one.fault, one.event_id) for one in verify_chain(viewer=stories.ADMIN).findings}


def tampered(statement: str, *values: object) -> set[tuple[Fault, int | None]]:
    """What is found after a superuser did this with triggers switched off; it is undone."""
    with undone(unguarded=True) as cursor:
        cursor.execute(statement, values)
        return found()


@pytest.fixture
def tenant(world: object) -> Tenant:
    guid = uuid4()
    return tenants.save(guid=guid, name="Audited", domain=f"{guid}.example", now=clock.now())


def test_a_trail_that_nobody_touched_is_whole() -> None:
    sealed()
    assert found() == set()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET actor_name = 'Ben' WHERE id = %s",
        'UPDATE event SET details = \'{"a": "b"}\' WHERE id = %s',
        "UPDATE event SET at = at + interval '1 microsecond' WHERE id = %s",
        "UPDATE event SET ip = '10.0.0.1' WHERE id = %s",
        "UPDATE event SET before = '{}' WHERE id = %s",
        "UPDATE event SET reason = 'because' WHERE id = %s",
    ],
)
def test_a_changed_entry_is_named(change: str) -> None:
    event = sealed()
    findings = tampered(change, event)
    assert findings == {(Fault.CHANGED, event)}


def test_a_missing_entry_is_named() -> None:
    event = sealed()
    findings = tampered("DELETE FROM event WHERE id = %s", event)
    assert findings == {(Fault.MISSING, event)}


def test_an_entry_that_vanished_before_it_was_sealed_is_named() -> None:
    event = tell(str(uuid4()))
    findings = tampered("DELETE FROM event WHERE id = %s", event.id)
    assert findings == {(Fault.MISSING, event.id)}
    seal_events(patient=True)


def test_a_missing_place_is_named() -> None:
    sealed()
    event = sealed()
    place = place_of(event)
    sealed()
    with undone(unguarded=True) as cursor:
        cursor.execute("DELETE FROM event_link WHERE sequence = %s", [place])
        verdict = verify_chain(viewer=stories.ADMIN)
        assert (Fault.LINK_MISSING, place) in {(one.fault, one.sequence) for one in verdict.findings}
        assert (Fault.APPENDED, event) in {(one.fault, one.event_id) for one in verdict.findings}
    assert found() == set()


def test_entries_that_changed_places_are_named() -> None:
    first, second = sealed(), sealed()
    a, b = place_of(first), place_of(second)
    swap = """
        UPDATE event_link l SET event_id = -l.event_id, digest = o.digest, hash = o.hash || '!', mac = o.mac
        FROM event_link o WHERE (l.sequence, o.sequence) IN ((%s, %s), (%s, %s));
        UPDATE event_link SET hash = rtrim(hash, '!'), event_id = -event_id WHERE event_id < 0
    """
    findings = tampered(swap, a, b, b, a)
    assert {fault for fault, _ in findings} >= {Fault.LINK_FORGED, Fault.CHANGED}
    assert {event for _, event in findings} == {first, second}


def test_a_place_that_was_moved_is_named() -> None:
    first, second = sealed(), sealed()
    a, b = place_of(first), place_of(second)
    with undone(unguarded=True) as cursor:
        for number, place in ((10**9, a), (a, b), (b, 10**9)):
            cursor.execute("UPDATE event_link SET sequence = %s WHERE sequence = %s", [number, place])
        findings = found()
    assert {(Fault.REORDERED, first), (Fault.REORDERED, second)} <= findings


def test_an_entry_written_by_hand_is_counted_as_not_stamped_though_it_was_sealed() -> None:
    sealed()
    with undone() as cursor:
        written_by_hand(cursor)
        seal_events(patient=True)
        verdict = verify_chain(viewer=stories.ADMIN)
        assert (verdict.findings, verdict.unstamped, verdict.is_whole) == ((), 1, False)
    assert verify_chain(viewer=stories.ADMIN).is_whole


@pytest.fixture
def upgraded(world: object) -> Iterator[None]:
    """The installation was one of an older version until just now."""
    sealed()
    row = AuditKeyRow.objects.get()
    kept = row.secret, row.created_at
    keep_key(json.dumps({**json.loads(row.secret), "legacy_until": 1}), clock.now())
    yield
    keep_key(*kept)


def keep_key(secret: str, made_at: datetime) -> None:
    row = AuditKeyRow.objects.get()
    row.secret, row.created_at = secret, made_at
    row.save()
    key_store.forget()


def test_what_an_older_version_writes_during_an_upgrade_is_taken_over_and_told(upgraded: None) -> None:
    sealed()
    with undone() as cursor:
        first, second = (written_by_hand(cursor) for _ in range(2))
        seal_events(patient=True)
        told = EventRow.objects.filter(name="events:adopted").latest("id")
        assert told.details == {"entries": "2", "ids": f"{first} {second}"}
        assert told.stamp
        verdict = verify_chain(viewer=stories.ADMIN)
        assert (verdict.findings, verdict.unstamped, verdict.adopted, verdict.is_whole) == ((), 0, 2, True)
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE event SET details = jsonb_build_object('ids', '1 2 3') WHERE id = %s", [told.id])
        verdict = verify_chain(viewer=stories.ADMIN)
        assert {one.fault for one in verdict.findings} == {Fault.CHANGED}
        assert (verdict.unstamped, verdict.adopted) == (2, 0)  # what tells of them is not ours any more


def test_nothing_is_taken_over_when_the_upgrade_is_long_ago(upgraded: None) -> None:
    keep_key(AuditKeyRow.objects.get().secret, clock.now() - timedelta(days=1, seconds=1))
    with undone() as cursor:
        written_by_hand(cursor)
        seal_events(patient=True)
        verdict = verify_chain(viewer=stories.ADMIN)
        assert (verdict.unstamped, verdict.adopted, verdict.is_whole) == (1, 0, False)


def written_by_hand(cursor: Any) -> int:
    """The id of an entry as an older version, or somebody with the database's password, writes it."""
    cursor.execute("""
        INSERT INTO event (at, name, actor_kind, actor_id, actor_name, subject, details)
        VALUES (now(), 'person:signed_in', 'person', 'ben', 'Ben', 'ben', '{}') RETURNING id
    """)
    return int(cursor.fetchone()[0])


def test_an_entry_that_is_copied_is_named() -> None:
    event = sealed()
    copy = """
        INSERT INTO event (at, name, actor_kind, actor_id, actor_name, subject, channel, details, stamp)
        SELECT at, name, actor_kind, actor_id, actor_name, subject, channel, details, stamp FROM event WHERE id = %s
    """
    findings = tampered(copy, event)
    assert {fault for fault, _ in findings} == {Fault.APPENDED}


def test_a_chain_that_somebody_made_anew_is_not_ours() -> None:
    event = sealed()
    findings = tampered("UPDATE event_link SET mac = md5(mac) WHERE event_id = %s", event)
    assert findings == {(Fault.LINK_FORGED, event)}


def test_a_chain_that_was_cut_is_found_by_what_was_written_down_before() -> None:
    event = sealed()
    place, hash = chain.head()
    assert verify_chain(viewer=stories.ADMIN, known=(place, hash)).is_whole
    with undone(unguarded=True) as cursor:
        cursor.execute("DELETE FROM event WHERE id = %s", [event])
        cursor.execute("DELETE FROM event_link WHERE sequence = %s", [place])
        assert found() == set()  # nothing in the database itself can tell
        verdict = verify_chain(viewer=stories.ADMIN, known=(place, hash))
        assert [(one.fault, one.sequence) for one in verdict.findings] == [(Fault.CUT, place)]
    assert found() == set()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET subject = 'x' WHERE id = %s",
        "DELETE FROM event WHERE id = %s",
        "UPDATE event_link SET digest = 'x' WHERE event_id = %s",
        "DELETE FROM event_link WHERE event_id = %s",
    ],
)
def test_the_database_refuses_to_change_the_past(statement: str) -> None:
    event = sealed()
    with pytest.raises(IntegrityError, match="append-only"), transaction(), connection.cursor() as cursor:
        cursor.execute(statement, [event])


@pytest.mark.parametrize("table", ["event", "event_link", "event_tombstone"])
def test_the_database_refuses_to_empty_the_trail(table: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")


def test_an_event_has_no_place_outside_of_the_transaction_of_its_change() -> None:
    with pytest.raises(TransactionManagementError):
        record(EventName.PERSON_VIEWED, actor=ANNA, tenant_id=None, subject="x")


def test_nobody_who_writes_waits_for_somebody_who_writes_or_seals() -> None:
    """A transaction that has written and does not end holds up neither others nor the chain; it joins it later."""
    with connect() as slow:
        slow.execute("SET lock_timeout = '2s'")
        slow.execute("BEGIN")
        slow.execute("SELECT pg_advisory_xact_lock(%s)", (chain.LOCK,))  # somebody seals, and takes long
        event = tell(str(uuid4()))
        assert seal_events() == 0
        assert chain.state().waiting >= 1
        slow.rollback()
    assert seal_events() >= 1
    assert place_of(event.id) == chain.head()[0]
    assert chain.state().waiting == 0


def test_an_entry_of_a_long_transaction_joins_the_chain_when_it_is_there() -> None:
    by_hand = """
        INSERT INTO event (at, name, actor_kind, actor_id, actor_name, subject, details)
        VALUES (now(), 'person:viewed', 'person', 'anna', 'Anna', 'slow', '{}') RETURNING id
    """
    with connect() as slow:
        row = slow.execute(by_hand).fetchone()
        later = sealed()
        assert row is not None
        assert row[0] < later
        assert place_of(later) == chain.head()[0]
        slow.rollback()


def test_what_was_written_before_there_were_stamps_is_no_fault() -> None:
    old = replace(tell().value(), stamp="")
    assert Seal(bytes(32), legacy_until=old.id).is_ours(old)
    assert not Seal(bytes(32), legacy_until=old.id - 1).is_ours(old)


def test_an_event_tells_from_where_why_before_and_after() -> None:
    origin = Origin(Channel.WEB, "192.0.2.7", "Browser/1.0 \x00" + "x" * 900, "abc123")
    with coming_from(origin):
        row = tell(str(uuid4()), reason="Asked by phone", before={"share": 100}, after={"share": 50})
    assert (row.channel, row.ip, row.request, row.reason) == ("web", "192.0.2.7", "abc123", "Asked by phone")
    assert (row.before, row.after) == ({"share": "100"}, {"share": "50"})
    assert row.agent.startswith("Browser/1.0 \ufffd")
    assert len(row.agent) == 300
    assert tell(str(uuid4())).channel == "system"


def test_hostile_text_is_recorded_and_chained() -> None:
    event = sealed("=cmd|'/c calc'!A1 \x00 \ud800 <script> \u202e")
    assert EventRow.objects.get(id=event).subject == "=cmd|'/c calc'!A1 \ufffd ? <script> \u202e"
    assert found() == set()


def test_a_tenant_that_goes_leaves_places_and_nothing_else(tenant: Tenant) -> None:
    name = f"Contoso {uuid4()}"
    event = tell(name, tenant=tenant)
    seal_events(patient=True)
    waiting = tell(name + " again", tenant=tenant)
    sealed()
    with transaction():
        assert remove_events_of(tenant, actor=ANNA) == 2
        TenantRow.objects.filter(id=tenant.id).delete()
    seal_events(patient=True)
    verdict = verify_chain(viewer=stories.ADMIN)
    assert verdict.is_whole
    assert verdict.removed >= 2
    assert not EventRow.objects.filter(id__in=[event.id, waiting.id]).exists()
    for table in ("event", "event_link", "event_tombstone", "event_waiting"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{name}%"])
            assert cursor.fetchone()[0] == 0


def test_a_tombstone_that_somebody_else_put_up_hides_nothing() -> None:
    event = sealed()
    place = place_of(event)
    forged = "INSERT INTO event_tombstone VALUES (%s, %s, 'x'); DELETE FROM event WHERE id = %s"
    with undone() as cursor:  # no trigger is switched off: this is what the application itself may do
        cursor.execute(forged, [place, event, event])
        assert found() == {(Fault.MISSING, event)}
    assert found() == set()


def test_many_who_write_at_once_make_one_chain(world: object) -> None:
    def write() -> None:
        for _ in range(5):
            tell(str(uuid4()))
            seal_events()

    threads = [threading.Thread(target=apart, args=(write,)) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seal_events(patient=True)
    assert found() == set()
    assert chain.state().waiting == 0
