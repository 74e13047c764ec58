"""The server process: making its cluster, starting it, ending it."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

from chamberlain.errors import Misconfigured
from chamberlain.store.embedded.account import Account
from chamberlain.store.embedded.binaries import MAJOR
from chamberlain.store.embedded.folders import PORT, explained, is_full, last_lines
from chamberlain.store.embedded.layout import Layout
from chamberlain.store.embedded.leftovers import is_ready

ROLE = "chamberlain"

CONFIGURATION = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "synchronous_commit": "on",
    "max_wal_size": "4GB",  # bulk merges write much at once; fewer forced checkpoints
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",  # our statements are short or plain; compiling them costs more than it gives
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # DETAIL would write people's names into the log
}
"""Passed on the command line, so that an upgrade of ours reaches clusters made earlier."""

ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
STARTS_WITHIN = timedelta(minutes=5)
"""Recovery after a power cut replays at most max_wal_size."""

STOPS_WITHIN = timedelta(minutes=1)
LOOK_AGAIN = timedelta(milliseconds=10)
LARGEST_LOG_BYTES = 10_000_000

LIFELINE = 'read -r pid || exit 0; read -r word && exit 0; kill -INT "$pid"'
"""Reads the server's pid, then waits: for a line, and is done, or for the end of the pipe, which means that the owner
is dead however it died, and shuts the server down. PR_SET_PDEATHSIG is Linux only and would fire when the *thread* that
started the server ends."""


@dataclass(slots=True)
class Server:
    """A running server that this process started."""

    process: subprocess.Popen[bytes]
    lifeline: subprocess.Popen[bytes]

    def wait(self) -> int:
        """Blocks until the server has ended, for whatever reason."""
        return self.process.wait()

    def stop(self) -> None:
        """Ends the server: connections are cut, what was committed is kept, the next start needs no recovery."""
        self._ask(signal.SIGINT, within=STOPS_WITHIN)
        self._ask(signal.SIGQUIT, within=STOPS_WITHIN)
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.lifeline.communicate(b"stopped\n")
        self.lifeline.wait()

    def _ask(self, number: signal.Signals, *, within: timedelta) -> None:
        self.process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(within.total_seconds())


def ensure_cluster(layout: Layout, *, programs: Path, account: Account) -> None:
    """The cluster, made on first use.

    raises  Misconfigured if it was made by another major version, or cannot be made
    """
    if layout.cluster.exists():
        found = (layout.cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        if found != MAJOR:
            raise Misconfigured("database_version_unsupported", path=str(layout.cluster), found=found, needed=MAJOR)
        return
    with explained(layout.data):
        unfinished = layout.new_cluster()
        os.chown(unfinished, account.uid, account.gid)
    command: list[str | Path] = [
        programs / "bin" / "initdb",
        "-D",
        unfinished,
        "-U",
        ROLE,
        "--auth=trust",
        "--no-instructions",
    ]
    options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = _spawn([*command, *options], account=account, stdin=subprocess.DEVNULL, output=subprocess.PIPE)
    said, _ = made.communicate()
    if made.returncode != 0:
        raise failure(layout, said="\n".join(said.decode(errors="replace").splitlines()[-12:]))
    with explained(layout.data):
        unfinished.rename(layout.cluster)


def start(layout: Layout, *, programs: Path, account: Account, sockets: Path) -> Server:
    """Starts the server and returns when it takes connections.

    raises  Misconfigured with what the server's log said, if it ends before that
    """
    with explained(layout.data):
        since = _log_bytes(layout.log)
        log = layout.log.open("ab")
    with log:
        lifeline = _spawn(
            ["/bin/sh", "-c", LIFELINE], account=account, stdin=subprocess.PIPE, output=subprocess.DEVNULL
        )
        command = _command(layout, programs=programs, sockets=sockets)
        process = _spawn(command, account=account, stdin=subprocess.DEVNULL, output=log)
    server = Server(process, lifeline)
    _tell(lifeline, process.pid)
    if not _becomes_ready(process, layout=layout):
        server.stop()
        raise failure(layout, said=last_lines(layout.log, since=since))
    return server


def failure(layout: Layout, *, said: str) -> Misconfigured:
    """Why the server did not start, as precisely as can be told."""
    code = "data_folder_full" if is_full(layout.data, said=said) else "database_start_failed"
    return Misconfigured(code, path=str(layout.data), log=said)


def _command(layout: Layout, *, programs: Path, sockets: Path) -> list[str | Path]:
    settings = CONFIGURATION | {"unix_socket_directories": str(sockets)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [programs / "bin" / "postgres", "-D", layout.cluster, *options]


def _spawn(
    command: Sequence[str | Path], *, account: Account, stdin: int, output: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    """Starts a program under the account and out of reach of our terminal: Ctrl-C there is for us, who stop the
    server after its clients."""
    return subprocess.Popen(  # noqa: S603 - our own programs and words
        command,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=ENVIRONMENT,
        start_new_session=True,
        umask=0o077,
        user=None if account.is_ours else account.uid,
        group=None if account.is_ours else account.gid,
        extra_groups=None if account.is_ours else [],
    )


def _tell(lifeline: subprocess.Popen[bytes], pid: int) -> None:
    if lifeline.stdin is not None:
        lifeline.stdin.write(f"{pid}\n".encode())
        lifeline.stdin.flush()


def _becomes_ready(process: subprocess.Popen[bytes], *, layout: Layout) -> bool:
    """Waits for the word in postmaster.pid; an end of the process is noticed at once."""
    deadline = time.monotonic() + STARTS_WITHIN.total_seconds()
    while time.monotonic() < deadline:
        if is_ready(layout.cluster, pid=process.pid):
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_AGAIN.total_seconds())
            return False
    return False


def _log_bytes(log: Path) -> int:
    """The log's length, after a long one was put aside."""
    length = log.stat().st_size if log.exists() else 0
    if length <= LARGEST_LOG_BYTES:
        return length
    log.replace(log.with_suffix(".log.1"))
    return 0
