"""Gunicorn inside our process: the world is open before it forks, and strangers get little of its time."""

import errno
import logging
import socket
import time
from typing import Any

import gunicorn.http.wsgi
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

from chamberlain.settings import Settings

THREADS = 8
SECONDS_TO_SEND_A_REQUEST = 20.0
SECONDS_TO_TAKE_AN_ANSWER = 60.0
LONGEST_LINE = 4_096
MOST_HEADERS = 64
LONGEST_HEADER = 8_190


class Server(BaseApplication):
    """The web application on its address."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """One process of threads: its metrics are whole, and more processes are more of `chamberlain web`."""
        wsgi: Any = gunicorn.http.wsgi
        wsgi.Response = _Anonymous
        for key, value in {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": 1,
            "threads": THREADS,
            "worker_class": PatientWorker,
            "logger_class": HouseLogger,
            "preload_app": True,
            "control_socket_disable": True,
            "graceful_timeout": 5,
            "keepalive": 5,
            "limit_request_line": LONGEST_LINE,
            "limit_request_fields": MOST_HEADERS,
            "limit_request_field_size": LONGEST_HEADER,
        }.items():
            if key in self.cfg.settings:
                self.cfg.set(key, value)

    def load(self) -> Any:
        """The application."""
        from chamberlain.web.wsgi import application

        return application


class PatientWorker(ThreadWorker):
    """Gives a thread to a request only so long: one that dribbles, byte for byte, is cut off.

    Gunicorn waits without end for the rest of a request that has begun; eight such connections would be all there is.
    """

    def handle(self, conn: TConn) -> Any:
        """One request, from its first byte."""
        return self._handle_within(conn)

    def _handle_within(self, conn: Any) -> Any:
        begin = conn.init

        def bounded() -> None:
            begin()
            conn.sock.settimeout(SECONDS_TO_TAKE_AN_ANSWER)
            conn.parser.unreader.sock = _Bounded(conn.sock, until=time.monotonic() + SECONDS_TO_SEND_A_REQUEST)

        conn.init = bounded
        try:
            return super().handle(conn)
        finally:
            conn.init = begin


class HouseLogger(Logger):
    """Gunicorn's own lines in the format of the house. It has no access log: web/observing.py knows more."""

    def setup(self, cfg: Any) -> None:
        """Hands every line on to the root of Python's logging."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.INFO)


class _Anonymous(gunicorn.http.wsgi.Response):
    """An answer that does not say what serves it."""

    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]


class _Bounded:
    """A socket from which one reads only until a time; writing has a limit of its own."""

    def __init__(self, inner: socket.socket, *, until: float) -> None:
        self._inner = inner
        self._until = until

    def recv(self, size: int) -> bytes:
        """What has come; a client that is too slow counts as one that went away."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise ConnectionResetError(errno.ECONNRESET, "the request came too slowly")
        before = self._inner.gettimeout()
        try:
            self._inner.settimeout(left)
            return self._inner.recv(size)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the request came too slowly") from None
        finally:
            self._inner.settimeout(before)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
