"""Disconnecting: what goes at once, what is forgotten, and what stays of others."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chamberlain import clock
from chamberlain.actions.disconnect import disconnect
from chamberlain.actions.forget_tenants import forget, forget_some
from chamberlain.actions.note_view import note_view
from chamberlain.actions.perform_sync import begin, end
from chamberlain.actions.start_sync import start_sync
from chamberlain.audit.event import EventName, record
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.errors import Conflict, Misconfigured, NotFound, Refused
from chamberlain.model.actor import SYSTEM
from chamberlain.model.run import PhaseName, Trigger
from chamberlain.model.tenant import Tenant
from chamberlain.queries.audit import verify_chain
from chamberlain.queries.connections import find_run, find_tenant, list_tenants
from chamberlain.settings import Settings
from chamberlain.store import leaving, runs, subscriptions, tenants
from chamberlain.store.connection import rows, transaction
from chamberlain.store.embedded.binaries import SERVER, installed
from chamberlain.store.models import ConnectionRow, CredentialRow, EventRow, HearingRow, SubscriptionRow
from stories import ADMIN, NOBODY, connect_and_sync

WORDS = """
    SELECT guid::text AS word FROM account WHERE tenant_id = %(tenant)s
    UNION SELECT name FROM account WHERE tenant_id = %(tenant)s
    UNION SELECT user_name FROM account WHERE tenant_id = %(tenant)s
    UNION SELECT guid::text FROM permission WHERE tenant_id = %(tenant)s
    UNION SELECT name FROM permission WHERE tenant_id = %(tenant)s
"""
LEAST = 6  # letters of a name that is looked for: shorter ones stand in other words


def dump(world: World) -> str:
    """The whole database as text: every schema, every row."""
    program = installed() / SERVER / "bin" / "pg_dump"
    run = subprocess.run([program, "--dbname", world.database_url], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode(errors="replace").lower()


def files(world: World) -> str:
    """Everything in the data folder that is not PostgreSQL's own, with the names of the files."""
    folder = world.settings.data
    found = [path for path in folder.rglob("*") if path.is_file() and not _is_of_postgres(path.relative_to(folder))]
    return "".join(f"{path}\n{path.read_text(errors='replace')}" for path in found).lower()


def _is_of_postgres(path: Path) -> bool:
    return path.parts[0].startswith("postgres")


@pytest.fixture(scope="module")
def other(world: World, start_tenant: Callable[..., Simulated]) -> Simulated:
    return start_tenant(population="golden")


@pytest.fixture
def seeded(start_tenant: Callable[..., Simulated]) -> Simulated:
    """A tenant that no other test connects."""
    return start_tenant(seed=9_771, users=60, groups=20, memberships=200, apps=6)


def farewell(tenant: Tenant, settings: Settings, *, forget: bool = False) -> None:
    disconnect(actor=ADMIN, tenant=tenant, typed=tenant.slug, forget=forget, settings=settings)


def go_on(tenant: Tenant, settings: Settings, *, seconds: float = 30.0) -> bool:
    return forget(tenant, actor=ADMIN, settings=settings, seconds=seconds)


def test_every_row_and_file_of_a_forgotten_tenant_is_gone_and_others_are_whole(
    world: World,
    seeded: Simulated,
    other: Simulated,
    pointed: Callable[[Simulated], Settings],
) -> None:
    staying = connect_and_sync(other, pointed(other))
    of_others, before = _rows_of(staying), dump(world) + files(world)
    settings = pointed(seeded)
    tenant = connect_and_sync(seeded, settings)
    person = rows("SELECT guid, name FROM account WHERE tenant_id = %(tenant)s LIMIT 1", {"tenant": tenant.id})[0]
    note_view(EventName.PERSON_VIEWED, actor=ADMIN, tenant=tenant, subject=str(person["guid"]))
    with transaction():
        record(EventName.CONSENT_REQUESTED, actor=ADMIN, tenant_id=None, subject=str(tenant.guid))
    logs = settings.data / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "web.log").write_text(f"one [tenant={tenant.id}] {person['guid']}\nof another\n{tenant.domain} two\n")
    words = {row["word"].lower() for row in rows(WORDS, {"tenant": tenant.id}) if len(row["word"]) >= LEAST}
    words |= {str(tenant.guid), tenant.domain.lower(), tenant.name.lower(), seeded.own_client_id}
    words = {word for word in words if word not in before and "\\" not in word and "\n" not in word}
    kept = dump(world) + files(world)
    assert len(words) > 100
    assert len([word for word in words if word in kept]) > 0.9 * len(words)  # the search finds what is there

    farewell(tenant, settings, forget=True)
    assert go_on(tenant, settings)

    left = dump(world) + files(world)
    assert [word for word in words if word in left] == []
    assert (logs / "web.log").read_text() == "of another\n"
    assert _rows_of(staying) == of_others
    assert verify_chain(viewer=SYSTEM).is_whole
    gone = EventRow.objects.filter(name="events:removed").order_by("-id")[0]
    assert (gone.actor_id, gone.tenant_id) == (ADMIN.id, None)
    with pytest.raises(NotFound, match="tenant_not_found"):
        find_tenant(viewer=ADMIN, slug=tenant.slug)
    assert connect_and_sync(seeded, settings).id != tenant.id  # it may come back, as one that nobody knows


def test_credentials_go_at_once_and_everything_else_stays_unless_it_is_asked_for(
    world: World, other: Simulated, pointed: Callable[[Simulated], Settings]
) -> None:
    settings = pointed(other)
    tenant = connect_and_sync(other, settings)
    subscriptions.prepare(tenant_id=tenant.id, resource="/users", digest=b"d", base="https://here", client_id="c")
    subscriptions.hold(tenant_id=tenant.id, resource="/users", microsoft_id="sub-1", expires_at=None, renew_at=None)
    run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    people = _rows_of(tenant)["account"]
    with pytest.raises(Refused, match="disconnect_unconfirmed"):
        disconnect(actor=ADMIN, tenant=tenant, typed=tenant.name, forget=True, settings=settings)
    with pytest.raises(Refused, match="not_allowed"):
        disconnect(actor=NOBODY, tenant=tenant, typed=tenant.slug, forget=False, settings=settings)
    assert tenants.connection_of(tenant.id) is not None

    done = disconnect(actor=ADMIN, tenant=tenant, typed=f" {tenant.slug} ", forget=False, settings=settings)
    assert (done.client_id, done.portal, done.unended) == (other.own_client_id, "https://entra.microsoft.com", 0)
    assert not ConnectionRow.objects.filter(tenant_id=tenant.id).exists()
    assert not CredentialRow.objects.filter(connection__tenant_id=tenant.id).exists()
    assert not SubscriptionRow.objects.filter(tenant_id=tenant.id).exists()
    assert not HearingRow.objects.filter(tenant_id=tenant.id).exists()
    assert subscriptions.known(["sub-1"]) == {}  # what Microsoft still sends is a stranger's
    assert find_run(viewer=ADMIN, tenant=tenant, run_id=run_id).error_code == "disconnected"
    assert not begin(run_id)
    assert _rows_of(tenant)["account"] == people
    event = EventRow.objects.filter(tenant_id=tenant.id, name="connection:ended").order_by("-id")[0]
    assert int(event.details["credentials"]) >= 1
    assert event.details["forget"] == "no"
    with pytest.raises(Misconfigured, match="not_connected"):
        farewell(tenant, settings)

    again = connect_and_sync(other, settings)  # and it can be connected again
    assert again.id == tenant.id


def test_a_run_that_reads_stops_and_merges_nothing(
    world: World, other: Simulated, pointed: Callable[[Simulated], Settings]
) -> None:
    settings = pointed(other)
    tenant = connect_and_sync(other, settings)
    run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    assert begin(run_id)
    with runs.PhaseReporter(run_id=run_id, phase=PhaseName.PEOPLE) as one:
        farewell(tenant, settings)
        with pytest.raises(Conflict, match="run_over"):
            one.advance(1)
    with pytest.raises(Conflict, match="run_over"):
        runs.PhaseReporter(run_id=run_id, phase=PhaseName.MERGE).__enter__()
    end(run_id, None)  # its worker comes to the end
    assert find_run(viewer=ADMIN, tenant=tenant, run_id=run_id).error_code == "disconnected"


@pytest.fixture
def torn(
    world: World, other: Simulated, pointed: Callable[[Simulated], Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Tenant, Settings]]:
    """A tenant that is being forgotten in small pieces."""
    settings = pointed(other)
    tenant = connect_and_sync(other, settings)
    monkeypatch.setattr(leaving, "PIECE", 5)
    farewell(tenant, settings, forget=True)
    yield tenant, settings
    monkeypatch.undo()
    forget_some(settings=settings, seconds=60)


def test_forgetting_goes_on_where_a_killed_process_left_it(torn: tuple[Tenant, Settings]) -> None:
    tenant, settings = torn
    total, looks = leaving.left(tenant.id), 0
    assert total > 50
    while not go_on(tenant, settings, seconds=0.0):  # each of them could be the last thing that a process does
        assert 0 <= leaving.left(tenant.id) < total or looks
        looks += 1
        assert looks < 1_000
    assert looks > 5
    assert tenant.id not in {one.id for one, _ in leaving.marked()}


def test_a_tenant_that_leaves_is_shown_to_nobody_and_cannot_be_connected(torn: tuple[Tenant, Settings]) -> None:
    tenant, settings = torn
    assert tenant.id not in {one.id for one in list_tenants(viewer=ADMIN)}
    with pytest.raises(Conflict, match="tenant_leaving"):
        find_tenant(viewer=ADMIN, slug=tenant.slug)
    with pytest.raises(Conflict, match="tenant_leaving"):
        tenants.save(guid=tenant.guid, name="x", domain="x", now=clock.now())
    with leaving.alone(tenant.id) as is_ours:  # as a reading that has not noticed yet
        assert is_ours
        assert not go_on(tenant, settings)
    assert [one.id for one, by in leaving.marked() if by.id == ADMIN.id] == [tenant.id]


def _rows_of(tenant: Tenant) -> dict[str, int]:
    tables = ("account", "permission", "grants", "nesting", "sync_run", "connection", "event", "coverage")
    return {
        name: rows(f"SELECT count(*) AS n FROM {name} WHERE tenant_id = %(tenant)s", {"tenant": tenant.id})[0]["n"]
        for name in tables
    }
