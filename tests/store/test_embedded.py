"""The embedded PostgreSQL, with its real programs: who starts it, who attaches, and what a crash leaves behind."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from chamberlain.errors import Conflict, Misconfigured
from chamberlain.settings import Settings
from chamberlain.store.embedded import Database, start_or_attach
from chamberlain.store.embedded.binaries import PACKAGE, PIECES, installed
from workers import wait_until

AS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not AS_ROOT, reason="tells how the server runs when started by root")
only_others = pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
only_linux = pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")

STARTER = """
import sys
from pathlib import Path
from chamberlain.store.embedded import start_or_attach
database = start_or_attach(Path(sys.argv[1]), Path(sys.argv[2]))
running = database._running
print(database.owned, *((running.process.pid, running.lifeline.pid) if running else ()), flush=True)
sys.stdin.readline()
database.stop()
"""
"""A command that starts or attaches, says so, and goes on until a line or the end of its input."""


class Place:
    """A data folder and a socket folder that the server's uid can reach, unlike pytest's own in root's hands."""

    def __init__(self, root: Path) -> None:
        self.data = root / "data"
        self.sockets = root / "s"
        self.stack = ExitStack()

    def open(self) -> Database:
        return self.stack.enter_context(start_or_attach(self.data, self.sockets))

    def starter(self, **environment: str) -> subprocess.Popen[str]:
        """Another process that opens the same database."""
        return self.stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", STARTER, str(self.data), str(self.sockets)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, **environment},
            )
        )


@pytest.fixture
def place() -> Iterator[Place]:
    root = Path(tempfile.mkdtemp(prefix="chamberlain-test-"))
    root.chmod(0o711)
    place = Place(root)
    try:
        with place.stack:
            yield place
    finally:
        shutil.rmtree(root)


def said(starter: subprocess.Popen[str]) -> tuple[bool, list[int]]:
    """Whether a starter owns the server, and the pids of server and lifeline if so."""
    assert starter.stdout is not None
    owned, *pids = starter.stdout.readline().split()
    return owned == "True", [int(pid) for pid in pids]


def ask(database: Database, question: str = "SELECT 42") -> object:
    with closing(psycopg.connect(database.url, autocommit=True)) as connection:
        row = connection.execute(question).fetchone()
        return row and row[0]


def test_the_first_command_starts_a_server_of_our_own(place: Place) -> None:
    database = place.open()

    assert database.owned
    assert ask(database, "SELECT current_database() || ' ' || current_user") == "chamberlain chamberlain"
    assert ask(database, "SHOW server_version_num") >= "180000"  # type: ignore[operator]  # SHOW gives a str


def test_text_is_unicode_and_commits_are_durable(place: Place) -> None:
    database = place.open()

    assert ask(database, "SELECT lower('ÅSA ÖZ')") == "åsa öz"
    assert [ask(database, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "listen_addresses")] == [
        "on",
        "on",
        "",
    ]


def test_every_library_finds_it_by_url_or_parameters(place: Place) -> None:
    database = place.open()

    engine = sqlalchemy.create_engine(database.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 42").scalar() == 42
    engine.dispose()
    words = {"NAME": "dbname", "USER": "user", "HOST": "host", "PORT": "port"}
    with closing(psycopg.connect(**{words[key]: value for key, value in database.parameters.items()})) as plain:  # type: ignore[arg-type]  # all are text
        assert plain.info.dbname == "chamberlain"


def test_a_second_command_attaches_and_its_end_leaves_the_server_running(place: Place) -> None:
    database = place.open()
    second = place.starter()

    assert said(second) == (False, [])
    second.communicate("\n")
    assert second.returncode == 0
    assert ask(database) == 42


def test_the_same_process_attaches_to_itself(place: Place) -> None:
    first, second = place.open(), place.open()

    second.stop()

    assert (first.owned, second.owned) == (True, False)
    assert second.url == first.url
    assert ask(first) == 42


def test_stopping_ends_the_server_and_keeps_the_data(place: Place) -> None:
    first = place.open()
    with closing(psycopg.connect(first.url, autocommit=True)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    first.stop()
    first.stop()

    assert not place.sockets.exists()
    with pytest.raises(psycopg.OperationalError):
        ask(first)
    assert ask(place.open(), "SELECT number FROM kept") == 7


def test_of_two_commands_at_once_one_starts_and_both_work(place: Place) -> None:
    both = [place.starter(), place.starter()]

    assert sorted(said(starter)[0] for starter in both) == [False, True]
    attached = place.open()
    assert not attached.owned
    assert ask(attached) == 42


def test_the_server_ends_when_its_owner_is_killed(place: Place) -> None:
    owner = place.starter()
    said(owner)

    with closing(psycopg.connect(place.open().url, autocommit=True)) as connection:
        owner.kill()
        with pytest.raises(psycopg.OperationalError):  # cut off by the shutdown, long before the hour is over
            connection.execute("SELECT pg_sleep(3600)")
    assert place.open().owned


def test_after_the_owner_is_killed_the_next_start_works_at_once(place: Place) -> None:
    place.open().stop()
    begun = time.monotonic()
    place.open().stop()
    usual = time.monotonic() - begun  # what this machine takes to start and to stop where nobody was killed
    owner = place.starter()
    said(owner)
    with closing(psycopg.connect(place.open().url, autocommit=True)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 100000) AS number")
    owner.kill()
    owner.wait()

    begun = time.monotonic()
    database = place.open()

    assert time.monotonic() - begun < usual + 5
    assert database.owned
    assert ask(database, "SELECT count(*) FROM kept") == 100_000


@only_linux
@pytest.mark.parametrize("victims", ["lifeline", "server", "both"])
def test_no_orphan_survives_whoever_is_killed_together_with_the_owner(place: Place, victims: str) -> None:
    owner = place.starter()
    _, (server, lifeline) = said(owner)
    for name, pid in (("lifeline", lifeline), ("server", server)):
        if victims in (name, "both"):
            os.kill(pid, signal.SIGKILL)
    owner.kill()
    owner.wait()

    database = place.open()

    assert database.owned
    assert ask(database) == 42
    wait_until(lambda: len(servers_in(place.data)) == 1)  # a child of the server is called as it for a moment


def servers_in(data: Path) -> list[int]:
    """The pids of the postmasters below a data folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"bin/postgres" in command and bytes(data) in command:
                found.append(int(entry.name))
    return found


def test_what_a_power_cut_leaves_does_not_block_a_start_even_if_the_pid_is_taken(place: Place) -> None:
    place.open().stop()
    lines = [str(os.getpid()), str(place.data / "postgres"), "0", "5432", str(place.sockets), "", "1 1", "ready"]
    (place.data / "postgres" / "postmaster.pid").write_text("\n".join(lines) + "\n", encoding="utf-8")
    place.sockets.mkdir(mode=0o700)
    (place.sockets / ".s.PGSQL.5432.lock").write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert ask(place.open()) == 42


def test_a_crash_while_the_cluster_is_made_leaves_nothing_that_matters(place: Place) -> None:
    (place.data / "postgres.new-abandoned" / "base").mkdir(parents=True)
    place.data.chmod(0o711)

    assert ask(place.open()) == 42
    assert not list(place.data.glob("postgres.new-*"))


def test_a_crash_before_the_database_is_created_is_made_good(place: Place) -> None:
    first = place.open()
    with closing(psycopg.connect(first.url.replace("/chamberlain?", "/postgres?"), autocommit=True)) as connection:
        connection.execute("DROP DATABASE chamberlain")
    first.stop()

    assert ask(place.open()) == 42


def test_a_dead_server_of_a_living_owner_is_told_as_such(place: Place) -> None:
    owner = place.starter()
    _, (server, _) = said(owner)
    os.kill(server, signal.SIGKILL)

    with pytest.raises(Conflict) as caught:
        place.open()

    assert caught.value.code == "database_not_answering"


def test_a_very_long_data_path_has_a_short_socket_path(place: Place) -> None:
    place.data = place.data.joinpath(*["a-folder-with-a-rather-long-name"] * 6)
    place.sockets = Settings(data=place.data).socket_folder

    assert len(bytes(place.data)) > 200
    assert ask(place.open()) == 42


def test_a_socket_path_that_no_system_could_use_is_refused(place: Place) -> None:
    place.sockets = place.sockets.with_name("s" * 100)

    with pytest.raises(Misconfigured) as caught:
        place.open()

    assert caught.value.code == "socket_path_too_long"


def test_a_socket_folder_that_is_a_link_is_refused(place: Place) -> None:
    elsewhere = place.sockets.with_name("elsewhere")
    elsewhere.mkdir()
    place.sockets.symlink_to(elsewhere)

    with pytest.raises(Misconfigured) as caught:
        place.open()

    assert caught.value.code == "socket_folder_taken"
    assert stat.S_IMODE(elsewhere.stat().st_mode) != 0o700


@only_root
def test_a_socket_folder_of_somebody_else_is_refused(place: Place) -> None:
    place.sockets.mkdir()
    os.chown(place.sockets, 4321, 4321)

    with pytest.raises(Misconfigured) as caught:
        place.open()

    assert (caught.value.code, caught.value.data["uid"]) == ("socket_folder_taken", 4321)


def test_a_data_folder_that_cannot_exist_is_refused(place: Place) -> None:
    place.data.write_text("a file", encoding="utf-8")
    place.data = place.data / "below"

    with pytest.raises(Misconfigured) as caught:
        place.open()

    assert caught.value.code == "data_folder_unwritable"


@only_others
def test_a_data_folder_without_write_permission_is_refused(place: Place) -> None:
    place.data.mkdir(mode=0o500)

    with pytest.raises(Misconfigured) as caught:
        place.open()

    assert caught.value.code == "data_folder_unwritable"
    assert str(place.data) in str(caught.value.data["path"])


def test_a_cluster_of_another_version_is_left_alone(place: Place) -> None:
    place.open().stop()
    version = place.data / "postgres" / "PG_VERSION"
    version.write_text("15\n", encoding="utf-8")

    with pytest.raises(Misconfigured) as caught:
        place.open()

    assert (caught.value.code, caught.value.data["found"]) == ("database_version_unsupported", "15")


def test_a_server_that_will_not_start_says_why_and_gives_the_locks_back(place: Place) -> None:
    place.open().stop()
    control = place.data / "postgres" / "global" / "pg_control"
    intact = control.read_bytes()
    control.write_bytes(b"")

    with pytest.raises(Misconfigured) as caught:
        place.open()

    assert caught.value.code == "database_start_failed"
    assert "pg_control" in str(caught.value.data["log"])
    control.write_bytes(intact)
    assert ask(place.open()) == 42


@only_root
def test_a_full_disk_is_called_a_full_disk(place: Place) -> None:
    place.data.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=20m,mode=711", "tmpfs", str(place.data)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let root mount")
    place.stack.callback(subprocess.run, ["umount", "-l", str(place.data)], check=True)

    with pytest.raises(Misconfigured) as caught:
        place.open()

    assert caught.value.code == "data_folder_full"


@only_root
@only_linux
def test_as_root_the_server_runs_under_another_uid(place: Place) -> None:
    owner = place.starter()
    _, pids = said(owner)

    assert all(Path(f"/proc/{pid}").stat().st_uid != 0 for pid in pids)
    assert stat.S_IMODE(place.sockets.stat().st_mode) == 0o700
    assert place.sockets.stat().st_uid == Path(f"/proc/{pids[0]}").stat().st_uid
    assert ask(place.open()) == 42


@only_root
def test_as_root_a_data_folder_behind_a_closed_door_is_refused_and_the_door_stays_closed(place: Place) -> None:
    door = place.data
    door.mkdir(mode=0o700)
    place.data = door / "data"

    with pytest.raises(Misconfigured) as caught:
        place.open()

    assert (caught.value.code, caught.value.data["closed"]) == ("data_folder_closed", str(door.resolve()))
    assert stat.S_IMODE(door.stat().st_mode) == 0o700


@only_root
@only_linux
def test_as_root_programs_behind_a_closed_door_are_copied_into_the_data_folder(place: Place) -> None:
    site = installed()
    closed = place.data.with_name("closed")
    closed.mkdir(mode=0o700)
    for piece in PIECES:
        if (site / piece).is_dir():
            shutil.copytree(site / piece, closed / piece, symlinks=True, ignore=shutil.ignore_patterns("include"))
    (closed / PACKAGE / "__init__.py").write_text("raise SystemExit('never imported')", encoding="utf-8")

    _, (server, _) = said(place.starter(PYTHONPATH=str(closed)))

    program = Path(f"/proc/{server}/exe").readlink()
    assert program.is_relative_to(place.data.resolve())
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_no_mode_outside_the_data_folder_changes(place: Place) -> None:
    place.data = place.data / "deeper" / "data"
    place.data.parent.mkdir(parents=True)
    package = installed() / PACKAGE
    watched = [*place.data.parents, package, *package.parents, *package.rglob("*")]
    before = {path: path.lstat().st_mode for path in watched}

    place.open().stop()

    assert {path: path.lstat().st_mode for path in watched} == before
