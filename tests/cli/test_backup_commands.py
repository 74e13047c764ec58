"""`chamberlain backup` and `chamberlain restore`, proved by restoring into other folders and databases."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from difflib import unified_diff
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

import stories
import terminal
from chamberlain import bootstrap
from chamberlain.actions.make_backup import make_backup
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import Conflict, Misconfigured, Refused
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings, load
from chamberlain.store.backup import open_archive, refuse_others, refuse_unknown, unseal_keys, writing
from chamberlain.store.keyring import the_ring

TESTS = Path(__file__).parents[1]
PASSPHRASE = "a passphrase of four words"

LOOK = """
import json, sys
from chamberlain import bootstrap
from chamberlain.settings import load
bootstrap.load_django()
import stories
from urllib.parse import urlsplit
from django.test import Client
from chamberlain.actions.seal_events import seal_waiting
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.queries.audit import event_names, verify_chain
from chamberlain.store import tenants
with bootstrap.open_world(load().model_copy(update={"log_level": "CRITICAL"})):
    tenant = tenants.by_id(int(sys.argv[1]))
    client = Client(SERVER_NAME="localhost")
    link = urlsplit(issue_sign_in_link(actor=stories.ADMIN, root="http://localhost"))
    client.post(link.path, {"code": link.fragment})
    pages = {path: client.get(f"/t/{tenant.slug}/{path}") for path in sys.argv[3:]}
    told = {path: [answer.status_code, answer.content.decode()] for path, answer in pages.items()}
    run = stories.perform(tenant, load()) if sys.argv[2] == "sync" else None
    seal_waiting()
    verdict = verify_chain(viewer=stories.ADMIN)
    names = event_names(viewer=stories.ADMIN, tenant=None)
    trail = {"whole": verdict.is_whole, "checked": verdict.checked, "events": names}
    print(json.dumps({**trail, "pages": told, "run": run and [run.mode.value, run.state.value, run.error_code]}))
"""
"""What a browser sees, and how the next sync reads; in a process of its own, which can be another installation's."""

PAGES = ("", "people", "permissions", "licences", "consents", "connection")
CHANGING = (
    r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|"X-CSRFToken": "[^"]+"|<time.*?</time>|\d+ \w+ ago'
    r'|<rect class="bar-brass[^>]*>|\d+ % in use'
)


@pytest.fixture(scope="module")
def simulator(start_tenant: Callable[..., Simulated]) -> Simulated:
    """The golden tenant, which changes."""
    return start_tenant(population="golden")


@pytest.fixture(scope="module")
def settings(world: bootstrap.World, simulator: Simulated) -> Iterator[Settings]:
    """This process's settings, pointed to the simulated tenant, also for processes that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        yield load()


@pytest.fixture(scope="module")
def tenant(simulator: Simulated, settings: Settings) -> Tenant:
    """The golden tenant, connected and synced."""
    return stories.connect_and_sync(simulator, settings)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the embedded server's account can pass, unlike pytest's own in root's hands."""
    made = Path(tempfile.mkdtemp(prefix="chamberlain-backup-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def passphrase(folder: Path) -> Path:
    """The file with the passphrase."""
    path = folder / "passphrase"
    path.write_text(PASSPHRASE + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def before(tenant: Tenant) -> dict[str, str]:
    """What the pages show when the backup is made, by somebody who signed in before."""
    shown: dict[str, str] = look(tenant)["pages"]
    return shown


@pytest.fixture(scope="module")
def backup(before: dict[str, str], folder: Path, passphrase: Path) -> Path:
    """A backup with the keys in it, made by the command."""
    path = folder / "all.backup"
    made = terminal.run("backup", "--out", str(path), "--with-key", "--passphrase-file", str(passphrase))
    assert made.returncode == 0, made.stderr
    assert "holds the keys" in made.stderr
    return path


@contextmanager
def empty_database(world: bootstrap.World, name: str) -> Iterator[str]:
    """The URL of another database on this process's server."""
    with closing(psycopg.connect(world.database_url, autocommit=True)) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        host = server.info.host
        try:
            yield f"postgresql://{server.info.user}@/{name}?host={quote(host, safe='/')}&port={server.info.port}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def look(tenant: Tenant, *, sync: bool = False, **environment: str) -> dict[str, Any]:
    """What pages of an installation show, without what differs each time, and how its next sync read."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(tenant.id), "sync" if sync else "look", *PAGES],
        env={**os.environ, "PYTHONPATH": str(TESTS), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert {path: status for path, (status, _text) in found["pages"].items()} == dict.fromkeys(PAGES, 200)
    found["pages"] = {path: re.sub(CHANGING, "", text, flags=re.DOTALL) for path, (_, text) in found["pages"].items()}
    return found


def difference(before: dict[str, str], after: dict[str, str]) -> str:
    """Lines that pages show now and did not, or no more."""
    texts = ("\n".join(pages.values()).splitlines() for pages in (before, after))
    return "\n".join(line for line in unified_diff(*texts, n=0, lineterm=""))


def tables_in(url: str) -> int:
    """How many tables a database has."""
    with closing(psycopg.connect(url)) as asked:
        row = asked.execute("SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'dbos')").fetchone()
        return int(row[0]) if row else 0


def test_a_new_installation_shows_the_same_verifies_and_reads_only_changes(
    tenant: Tenant, simulator: Simulated, before: dict[str, str], backup: Path, folder: Path, passphrase: Path
) -> None:
    data = folder / "new"
    environment = {"CHAMBERLAIN_DATA": str(data)}

    done = terminal.run("restore", str(backup), "--passphrase-file", str(passphrase), "--json", **environment)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["with_key"]
    assert stat.S_IMODE((data / "key").stat().st_mode) == 0o600
    assert (data / "key").read_text(encoding="ascii").split()[0] not in done.stdout + done.stderr
    stories.refill(simulator)
    after = look(tenant, sync=True, **environment)
    assert len(before["people"]) > 5_000, "an empty page would be equal to another"
    assert difference(before, after["pages"]) == ""
    assert after["run"] == ["changes", "succeeded", None]
    assert after["whole"]
    assert after["checked"] > 0
    assert "backup:restored" in after["events"]


def test_a_backup_is_closed_to_others_and_replaces_nothing(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    content = backup.read_bytes()
    with pytest.raises(Conflict) as refused:
        make_backup(actor=stories.ADMIN, path=backup)
    assert refused.value.code == "backup_exists"
    assert backup.read_bytes() == content


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(tenant: Tenant, folder: Path) -> None:
    with pytest.raises(Misconfigured) as refused:
        make_backup(actor=stories.ADMIN, path=folder / "not-there" / "a.backup")
    assert refused.value.code == "backup_unwritable"


def test_a_backup_holds_no_key_unless_it_is_asked_for_and_names_those_it_needs(
    tenant: Tenant, folder: Path, backup: Path
) -> None:
    path = folder / "without.backup"
    made = make_backup(actor=stories.ADMIN, path=path)
    assert made.keys == (the_ring().ids[0],)
    secret = (load().data / "key").read_bytes().split()[0]
    for one in (path, backup):
        with zipfile.ZipFile(one) as archive:
            assert all(secret not in archive.read(name) for name in archive.namelist())
    with open_archive(path) as opened:
        assert opened.sealed is None
    for keys in ((), (b"another key than that of before ",)):
        with pytest.raises(Misconfigured) as refused, open_archive(path) as opened:
            opened.prove(keys)
        assert refused.value.code == "backup_key_missing"
        assert refused.value.data["expected"] == the_ring().ids[0]


def test_only_the_passphrase_opens_the_keys(backup: Path) -> None:
    with open_archive(backup) as opened:
        sealed = opened.sealed
    assert sealed is not None
    assert unseal_keys(sealed, passphrase=PASSPHRASE) == the_ring().keys
    with pytest.raises(Refused) as refused:
        unseal_keys(sealed, passphrase="another one")
    assert refused.value.code == "backup_passphrase_wrong"


def test_nobody_is_disturbed_by_a_restore(world: bootstrap.World) -> None:
    with closing(psycopg.connect(world.database_url)), pytest.raises(Conflict) as refused:
        refuse_others()
    assert refused.value.code == "database_in_use"


def test_another_database_is_filled_once_and_replaced_only_where_that_is_asked_for(
    world: bootstrap.World, backup: Path, folder: Path
) -> None:
    bad = damaged(backup, "tables/event.copy", at=folder / "bad.backup")
    with empty_database(world, "restored") as url:
        refused = terminal.run("restore", str(bad), DATABASE_URL=url)
        assert refused.returncode == 8
        assert "backup_damaged" in refused.stderr
        assert tables_in(url) == 0, "nothing was touched"
        first = terminal.run("restore", str(backup), DATABASE_URL=url)
        assert first.returncode == 0, first.stderr
        full = tables_in(url)
        again = terminal.run("restore", str(backup), DATABASE_URL=url)
        assert again.returncode == 5
        assert "database_not_empty" in again.stderr
        with closing(psycopg.connect(url)) as other:
            other.execute("CREATE TABLE left_over (id int)")
            other.execute("DELETE FROM sync_cursor")
            other.commit()
        replaced = terminal.run("restore", str(backup), "--replace", DATABASE_URL=url)
        assert replaced.returncode == 0, replaced.stderr
        assert tables_in(url) == full
        with closing(psycopg.connect(url)) as other:
            assert other.execute("SELECT count(*) > 0 FROM sync_cursor").fetchone() == (True,)


def rewritten(backup: Path, *, at: Path, **told: object) -> Path:
    """A copy whose list says something else."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(at, "w") as new:
        for entry in old.namelist():
            content = old.read(entry)
            new.writestr(entry, json.dumps(json.loads(content) | told) if entry == "manifest.json" else content)
    return at


def damaged(backup: Path, name: str, *, at: Path) -> Path:
    """A copy with one byte of a part changed, and with sums of the zip that hide it."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(at, "w") as new:
        for entry in old.namelist():
            content = bytearray(old.read(entry))
            if entry == name:
                content[len(content) // 2] ^= 1
            new.writestr(entry, bytes(content))
    return at


def look_through(path: Path) -> None:
    """What a restore does first."""
    with open_archive(path) as archive:
        refuse_unknown(archive.manifest)
        archive.prove(the_ring().keys)
        archive.check()


def judge(path: Path) -> str:
    """What is said of a backup before anything is touched: the error's code and what it names."""
    with pytest.raises((Misconfigured, Refused)) as error:
        look_through(path)
    return f"{error.value.code} {error.value.data.get('part') or error.value.data.get('needs')}"


@pytest.mark.parametrize("part", ["account", "event", "grants"])
def test_a_changed_byte_is_found_and_the_table_named(backup: Path, folder: Path, part: str) -> None:
    assert judge(damaged(backup, f"tables/{part}.copy", at=folder / part)) == f"backup_damaged {part}"


def test_a_list_that_somebody_without_the_key_has_written_is_refused(backup: Path, folder: Path) -> None:
    forged = rewritten(backup, at=folder / "forged", version="0.0.0")
    assert judge(forged) == "backup_damaged manifest.json"


def test_a_cut_file_is_refused(backup: Path, folder: Path) -> None:
    cut = folder / "cut.backup"
    cut.write_bytes(backup.read_bytes()[:-100])
    assert judge(cut) == "backup_damaged cut.backup"


def test_a_backup_of_a_newer_version_is_refused(backup: Path, folder: Path) -> None:
    newer = rewritten(backup, at=folder / "newer", migrations=["store.0001_foundations", "store.9999_to_come"])
    assert judge(newer) == "backup_too_new store.9999_to_come"


def test_a_sync_that_merges_meanwhile_is_not_in_the_backup(
    tenant: Tenant, simulator: Simulated, settings: Settings
) -> None:
    question = "SELECT count(*) FROM account WHERE tenant_id = %s"
    with writing._moment() as (cursor, _tables):
        cursor.execute(question, [tenant.id])
        before = cursor.fetchone()
        made = simulator.post(
            "/_simulator/mutations",
            {"kind": "create_user", "display_name": "Zoë", "user_principal_name": "zoe@golden.example"},
        )
        run = stories.perform(tenant, settings)
        assert run.error_code is None, made
        cursor.execute(question, [tenant.id])
        assert cursor.fetchone() == before
    with closing(psycopg.connect(bootstrap_url(settings))) as later:
        assert later.execute(question, [tenant.id]).fetchone() != before


def bootstrap_url(settings: Settings) -> str:
    """Where this process's database is."""
    from django.db import connection

    where = connection.settings_dict
    return f"postgresql://{where['USER']}@/{where['NAME']}?host={quote(where['HOST'], safe='/')}&port={where['PORT']}"


def test_only_those_who_may_back_up_do(tenant: Tenant, folder: Path) -> None:
    with pytest.raises(Refused) as refused:
        make_backup(actor=stories.NOBODY, path=folder / "nobody.backup")
    assert refused.value.code == "not_allowed"
    assert not (folder / "nobody.backup").exists()
