"""The data folder and the socket folder: made where missing, refused with a reason where unusable."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chamberlain.errors import Misconfigured
from chamberlain.store.embedded.account import Account
from chamberlain.store.embedded.layout import Layout

PORT = 5432
LONGEST_SOCKET_PATH = 103
"""Bytes: sockaddr_un holds 104 with the closing zero on macOS and the BSDs, 108 on Linux."""

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def explained(data: Path) -> Iterator[None]:
    """Turns what the system says about the data folder into an error that says what is wrong with it."""
    try:
        yield
    except OSError as error:
        place = str(error.filename or data)
        if error.errno in FULL:
            raise Misconfigured("data_folder_full", path=str(data), log=str(error)) from error
        raise Misconfigured("data_folder_unwritable", path=place, reason=error.strerror or str(error)) from error


def prepare_data(data: Path) -> Layout:
    """The data folder, made if missing: closed to others, or passable (not readable) for the server's uid as root."""
    mode = 0o711 if os.geteuid() == 0 else 0o700
    with explained(data):
        resolved = data.resolve()
        resolved.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            resolved.mkdir()
            resolved.chmod(mode)
        layout = Layout(resolved)
        layout.log.parent.mkdir(exist_ok=True)
    return layout


def check_reachable(layout: Layout, *, account: Account) -> None:
    """Refuses a data folder the server could not enter.

    raises  Misconfigured("data_folder_closed") naming the folder that is closed; no mode is changed to open it
    """
    closed = account.closed_folder(layout.data)
    if closed is not None:
        raise Misconfigured("data_folder_closed", path=str(layout.data), closed=str(closed), uid=account.uid)


def prepare_sockets(folder: Path, *, account: Account) -> Path:
    """The folder of the server's Unix socket, closed to everybody else.

    raises  Misconfigured if its path is too long for a socket, or if it is a link or somebody else's
    """
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH:
        raise Misconfigured("socket_path_too_long", path=str(folder), longest=LONGEST_SOCKET_PATH)
    with explained(folder):
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (account.uid, os.geteuid()):
            raise Misconfigured("socket_folder_taken", path=str(folder), uid=status.st_uid)
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
        folder.chmod(0o700)
        _forget_old_sockets(folder)
    return folder


def _forget_old_sockets(folder: Path) -> None:
    """Removes what a killed server left: its lock names a pid that may be anybody's by now, and would block a start."""
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (folder / name).unlink(missing_ok=True)


def last_lines(log: Path, *, since: int = 0, count: int = 12) -> str:
    """The end of what was written to a log after its first `since` bytes."""
    try:
        said = log.read_bytes()[since:].decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(said.splitlines()[-count:])


def is_full(data: Path, *, said: str) -> bool:
    """Whether a failure comes from a full disk; PostgreSQL (LC_ALL=C) passes on the system's own words."""
    return any(os.strerror(code) in said for code in FULL) or shutil.disk_usage(data).free == 0
