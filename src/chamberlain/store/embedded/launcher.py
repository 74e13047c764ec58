"""Who starts the server and who attaches to it; the handle both get.

Two locks of the operating system, which vanish with their holder, decide. The *decision lock* is held while somebody
starts or stops the server. The *owner lock* is held by the process that started it for as long as it lives: whoever
gets it knows that there is no owner, and that a server still running is a leftover.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import errors, sql

from chamberlain.errors import Conflict
from chamberlain.store.embedded import binaries, server
from chamberlain.store.embedded.account import server_account
from chamberlain.store.embedded.folders import PORT, check_reachable, explained, prepare_data, prepare_sockets
from chamberlain.store.embedded.layout import Layout
from chamberlain.store.embedded.leftovers import end_leftovers, recorded_socket_folder

NAME = "chamberlain"


class Database:
    """The embedded database as its users see it; leaving the context stops what this process started."""

    def __init__(
        self, layout: Layout, *, sockets: Path, running: server.Server | None = None, ownership: int | None = None
    ) -> None:
        self._layout = layout
        self._sockets = sockets
        self._running = running
        self._ownership = ownership

    @property
    def url(self) -> str:
        """For libpq, psycopg and, with `postgresql+psycopg` as scheme, SQLAlchemy."""
        return f"postgresql://{server.ROLE}@/{NAME}?host={quote(str(self._sockets), safe='/')}&port={PORT}"

    @property
    def parameters(self) -> dict[str, str]:
        """For Django's DATABASES."""
        return {"NAME": NAME, "USER": server.ROLE, "HOST": str(self._sockets), "PORT": str(PORT)}

    @property
    def owned(self) -> bool:
        """Whether this process started the server, and so ends it."""
        return self._running is not None

    def wait(self) -> int | None:
        """Blocks until the server has ended; None at once where another process owns it."""
        return self._running.wait() if self._running is not None else None

    def stop(self) -> None:
        """Ends the server if this process started it; doing so again changes nothing."""
        if self._running is None:
            return
        with _held(self._layout.decision_lock):
            self._running.stop()
            self._running = None
            with contextlib.suppress(OSError):
                self._sockets.rmdir()
            if self._ownership is not None:
                os.close(self._ownership)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_or_attach(data: Path, socket_folder: Path) -> Database:
    """The embedded database: started if no living process owns it, otherwise the one that runs.

    data           created if missing; belongs to one installation
    socket_folder  created if missing; short, since a socket's path must stay under 104 bytes
    raises         Misconfigured if folder, disk or server are unusable; Conflict if its owner lives but it is silent
    """
    layout = prepare_data(data)
    with explained(layout.data), _held(layout.decision_lock):
        ownership = _open_lock(layout.owner_lock)
        try:
            fcntl.flock(ownership, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(ownership)
            return _attach(layout)
        try:
            return _start(layout, socket_folder=socket_folder, ownership=ownership)
        except BaseException:
            os.close(ownership)
            raise


def _start(layout: Layout, *, socket_folder: Path, ownership: int) -> Database:
    account = server_account(layout.data)
    check_reachable(layout, account=account)
    end_leftovers(layout.cluster)
    sockets = prepare_sockets(socket_folder, account=account)
    programs = binaries.usable_by(account, layout=layout)
    server.ensure_cluster(layout, programs=programs, account=account)
    running = server.start(layout, programs=programs, account=account, sockets=sockets)
    try:
        _ensure_database(sockets)
    except BaseException:
        running.stop()
        raise
    return Database(layout, sockets=sockets, running=running, ownership=ownership)


def _attach(layout: Layout) -> Database:
    """The server of a living owner, which finished starting it before it gave the decision lock back."""
    sockets = recorded_socket_folder(layout.cluster)
    if sockets is None:
        raise Conflict("database_not_answering", path=str(layout.log), reason="it has not said where it listens")
    try:
        _connection(NAME, sockets=sockets).close()
    except psycopg.OperationalError as error:
        raise Conflict("database_not_answering", path=str(layout.log), reason=str(error).strip()) from error
    return Database(layout, sockets=sockets)


def _ensure_database(sockets: Path) -> None:
    """Creates our database on the first start, or on the one after a crash in the middle of the first."""
    with contextlib.closing(_connection("postgres", sockets=sockets)) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
            with contextlib.suppress(errors.DuplicateDatabase):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))


def _connection(name: str, *, sockets: Path) -> psycopg.Connection:
    return psycopg.connect(
        dbname=name, user=server.ROLE, host=str(sockets), port=PORT, autocommit=True, connect_timeout=10
    )


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    """Waits for a lock and holds it; the system releases it should this process die."""
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
