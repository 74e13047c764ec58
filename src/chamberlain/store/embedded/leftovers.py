"""Servers that outlived their owner: found, and ended before a new one starts on the same cluster."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

LADDER = (
    (signal.SIGINT, timedelta(seconds=60)),  # fast shutdown: ends with a checkpoint, so that the start needs none
    (signal.SIGQUIT, timedelta(seconds=5)),
    (signal.SIGKILL, timedelta(seconds=5)),
)
PROCESSES = Path("/proc")
LOOK_AGAIN = timedelta(milliseconds=20)


def recorded_pid(cluster: Path) -> int | None:
    """The pid in postmaster.pid, whatever it stands for today."""
    try:
        return int((cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def is_ready(cluster: Path, *, pid: int) -> bool:
    """Whether the server with this pid says, in the eighth line of postmaster.pid, that it takes connections."""
    lines = _pid_file(cluster)
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def recorded_socket_folder(cluster: Path) -> Path | None:
    """Where the running server listens: the fifth line of postmaster.pid."""
    lines = _pid_file(cluster)
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def end_leftovers(cluster: Path) -> None:
    """Ends every process of a server on this cluster, and a postmaster.pid that names a stranger.

    Only for the holder of the owner lock: then whoever still serves the cluster has lost its owner.
    """
    for number, patience in LADDER:
        found = _serving(cluster)
        if not found:
            break
        postmaster = recorded_pid(cluster)
        for pid in [postmaster] if number == signal.SIGINT and postmaster in found else found:
            _signal(pid, number)
        _wait_until_gone(cluster, patience)
    _forget_stranger(cluster)


def _serving(cluster: Path) -> list[int]:
    """The processes of a server on this cluster: each of them has it as working directory."""
    if PROCESSES.is_dir():
        pids = (int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdecimal())
        return [pid for pid in pids if _works_in(pid, cluster)]
    pid = recorded_pid(cluster)
    return [pid] if pid is not None and _command_mentions(pid, str(cluster)) else []


def _works_in(pid: int, cluster: Path) -> bool:
    try:
        folder = (PROCESSES / str(pid) / "cwd").readlink()
        return folder == cluster and b"postgres" in (PROCESSES / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False  # gone meanwhile, or somebody else's


def _command_mentions(pid: int, words: str) -> bool:
    """For systems without /proc."""
    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - fixed words
    return "postgres" in said and words in said


def _signal(pid: int | None, number: signal.Signals) -> None:
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _wait_until_gone(cluster: Path, patience: timedelta) -> None:
    """Polls, since the system tells only a parent when a process ends."""
    deadline = time.monotonic() + patience.total_seconds()
    while _serving(cluster) and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN.total_seconds())


def _forget_stranger(cluster: Path) -> None:
    """Removes a stale postmaster.pid whose pid another program has by now: PostgreSQL would refuse to start.

    One whose pid is free stays: PostgreSQL finds there the shared memory that it has to check.
    """
    pid = recorded_pid(cluster)
    if pid is not None and _exists(pid):
        (cluster / "postmaster.pid").unlink()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
