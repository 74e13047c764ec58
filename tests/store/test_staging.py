"""What a run has read outlives its process, a unit at a time."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from chamberlain import bootstrap
from chamberlain.errors import Conflict
from chamberlain.model.merged import Merged
from chamberlain.model.observed import AccountGone, AccountSeen, Whole
from chamberlain.store import staging as module
from chamberlain.store import tenants
from chamberlain.store.connection import is_passing, rows
from chamberlain.store.staging import Staging
from chamberlain.store.staging_writer import MOST_WAITING

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANNA, BEN, CHLOE = (f"60dea100-0000-4000-8000-{number:012x}" for number in range(3))
PEOPLE = Whole(accounts=True)
REFUSED = psycopg.errors.InvalidTextRepresentation

KILLED = """
import os, signal, sys
from chamberlain import bootstrap
from chamberlain.settings import load
with bootstrap.open_world(load(), migrate=False):
    from chamberlain.model.observed import AccountGone
    from chamberlain.store.staging import Staging
    from tests.store.test_staging import ANNA, BEN, CHLOE, account
    with Staging(tenant_id=int(sys.argv[1]), run_id=7) as staging:
        staging.add([account(ANNA)], unit="first")
        staging.complete("first", told={"next": None, "seen": 1})
        staging.add([account(BEN)], unit="second")
        staging.amend([AccountGone(ANNA)], unit="second")
        staging.restart("third")
        staging.flush()
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def tenant(world: bootstrap.World) -> int:
    return tenants.save(guid=uuid4(), name="Staging", domain="staging.example", now=MONDAY).id


def account(guid: str, name: str = "Somebody") -> AccountSeen:
    return AccountSeen(guid, "member", name, f"{guid}@staging.example", "", True, "", "", None, "{}", None)


def present(tenant: int) -> list[str]:
    found = rows(
        "SELECT guid::text FROM account WHERE tenant_id = %(tenant)s AND gone_at IS NULL ORDER BY 1", {"tenant": tenant}
    )
    return [row["guid"] for row in found]


def test_a_run_that_was_killed_goes_on_with_what_it_had_not_completed(tenant: int) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tenant)], check=False, env={**os.environ, "PYTHONPATH": "."}
    )
    assert killed.returncode == -signal.SIGKILL
    with Staging(tenant_id=tenant, run_id=7) as staging:
        assert staging.units == {"first": {"next": None, "seen": 1}}
        staging.add([account(CHLOE)], unit="second")
        staging.complete("second")
        assert staging.merge(PEOPLE, seen_at=MONDAY).accounts == Merged(added=2)
    assert present(tenant) == [ANNA, CHLOE]


def test_another_run_begins_with_nothing(tenant: int) -> None:
    with Staging(tenant_id=tenant, run_id=1) as staging:
        staging.add([account(ANNA)], unit="first")
        staging.complete("first")
    with Staging(tenant_id=tenant, run_id=2) as staging:
        assert staging.units == {}
        assert staging.merge(PEOPLE, seen_at=MONDAY).total == Merged()


def test_units_that_were_not_completed_count_for_nothing(tenant: int) -> None:
    with Staging(tenant_id=tenant, run_id=1) as staging:
        staging.add([account(ANNA)], unit="complete")
        staging.add([account(BEN)], unit="broken")
        staging.add([account(CHLOE)], unit="again")
        staging.restart("again")
        staging.add([account(CHLOE, "Chloe")], unit="again")
        staging.complete("complete")
        staging.complete("again")
        assert staging.merge(PEOPLE, seen_at=MONDAY).total == Merged(added=2)
    assert present(tenant) == [ANNA, CHLOE]


def test_a_complete_unit_takes_no_more(tenant: int) -> None:
    with Staging(tenant_id=tenant, run_id=1) as staging:
        staging.complete("empty")
        with pytest.raises(ValueError, match="empty"):
            staging.add([account(ANNA)], unit="empty")


def test_a_change_after_a_crash_is_later_than_those_before(tenant: int) -> None:
    with Staging(tenant_id=tenant, run_id=1) as staging:
        staging.amend([account(ANNA)], unit="first")
        staging.complete("first")
    with Staging(tenant_id=tenant, run_id=1) as staging:
        staging.amend([AccountGone(ANNA)], unit="second")
        staging.complete("second")
        staging.merge(Whole(), seen_at=MONDAY)
    assert present(tenant) == []


def test_a_run_knows_that_it_was_merged(tenant: int) -> None:
    with Staging(tenant_id=tenant, run_id=1) as staging:
        staging.add([account(ANNA)], unit="first")
        staging.complete("first")
        assert staging.merged is None
        merge = staging.merge(PEOPLE, seen_at=MONDAY)
    with Staging(tenant_id=tenant, run_id=1) as staging:
        assert staging.merged == merge
        assert staging.units == {}
    with Staging(tenant_id=tenant, run_id=2) as staging:
        assert staging.merged is None


def test_tables_of_an_earlier_release_are_laid_out_anew(tenant: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with Staging(tenant_id=tenant, run_id=1) as staging:
        staging.complete("first")
    monkeypatch.setattr(module, "LAYOUT", "another")
    with Staging(tenant_id=tenant, run_id=1) as staging:
        assert staging.units == {}


def read_too_much(tenant: int) -> None:
    """Leaves the staging without an error of its own; the writer has one."""
    with Staging(tenant_id=tenant, run_id=1) as staging:
        staging.add([account("not a guid")], unit="first")
        with pytest.raises(REFUSED):
            staging.flush()
        with pytest.raises(REFUSED):  # nobody waits for a writer that writes no more
            fill(staging)
        with pytest.raises(REFUSED):
            staging.merge(PEOPLE, seen_at=MONDAY)


def fill(staging: Staging) -> None:
    for _ in range(2 * MOST_WAITING):
        staging.add([account(ANNA, "x" * module.ENOUGH_TO_COPY)], unit="first")


def test_what_the_database_refuses_is_told_by_all_that_follows(tenant: int) -> None:
    with pytest.raises(REFUSED):
        read_too_much(tenant)
    assert present(tenant) == []


@pytest.fixture
def without_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_PATIENCE", timedelta(0))
    monkeypatch.setattr(module, "LOCK_LOOK", timedelta(milliseconds=50))


@pytest.mark.usefixtures("without_patience")
def test_a_second_writer_of_a_tenant_is_turned_away(tenant: int) -> None:
    with (
        Staging(tenant_id=tenant, run_id=1),
        pytest.raises(Conflict, match="tenant_busy"),
        Staging(tenant_id=tenant, run_id=2),
    ):
        pytest.fail("there were two writers")


@pytest.mark.parametrize("second", [1, -1])
@pytest.mark.usefixtures("without_patience")
def test_a_second_writer_of_the_same_run_waits_as_long_as_the_first_one_lives(tenant: int, second: int) -> None:
    """Its worker was taken for dead while it read. A run and its proof are one story: -1 proves run 1."""
    waits = (
        "SELECT count(*) FILTER (WHERE NOT granted) AS waiting FROM pg_locks "
        "WHERE locktype = 'advisory' AND classid = %(space)s AND objid = %(tenant)s"
    )
    looks = 0

    def read() -> list[str]:
        with Staging(tenant_id=tenant, run_id=second) as staging:
            return sorted(staging.units)

    with ThreadPoolExecutor(1) as threads:
        with Staging(tenant_id=tenant, run_id=1) as staging:
            taken = threads.submit(read)
            while looks < 3:  # it gave up waiting and began again: a look lasts 50 ms
                gone = rows(waits, {"space": module.LOCK_SPACE, "tenant": tenant})[0]["waiting"]
                looks += 1 if gone else 0
                time.sleep(0.06)
                assert not taken.done()
            staging.complete("first", told={})
        assert taken.result(timeout=30) == (["first"] if second == 1 else [])


def test_a_reading_whose_connection_is_cut_says_that_it_passes(tenant: int) -> None:
    def read() -> None:
        with Staging(tenant_id=tenant, run_id=1) as staging:
            staging.complete("first", told={})
            staging.flush()
            cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE classid = %(space)s AND objid = %(tenant)s"
            rows(cut, {"space": module.LOCK_SPACE, "tenant": tenant})
            staging.add([account(ANNA)], unit="second")
            staging.flush()

    with pytest.raises(psycopg.OperationalError) as caught:
        read()
    assert is_passing(caught.value)
    with Staging(tenant_id=tenant, run_id=1) as staging:
        assert sorted(staging.units) == ["first"]
