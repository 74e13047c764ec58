"""The web process as it runs: what strangers send over a real connection, and what they get."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from chamberlain import bootstrap

PATIENCE = 60.0


@pytest.fixture(scope="module")
def port(world: bootstrap.World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A web process on this test process's database, with logs in JSON; its lines are checked at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        chosen = int(free.getsockname()[1])
    log = tmp_path_factory.mktemp("web") / "log"
    environment = {
        **os.environ,
        "DATABASE_URL": world.database_url,
        "CHAMBERLAIN_PORT": str(chosen),
        "CHAMBERLAIN_LOG_FORMAT": "json",
        "CHAMBERLAIN_LOG_LEVEL": "INFO",
    }
    program = (
        "import chamberlain.cli.server as server; server.SECONDS_TO_SEND_A_REQUEST = 1.0\n"
        "import sys; sys.argv = ['chamberlain', 'web']\n"
        "from chamberlain.cli.main import run; run()"
    )
    with log.open("wb") as file:
        child = subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=file, stdout=file)
    try:
        until = time.monotonic() + PATIENCE
        while "Listening at" not in log.read_text(encoding="utf-8"):
            has_time = child.poll() is None and time.monotonic() < until
            assert has_time, log.read_text(encoding="utf-8")
            threading.Event().wait(0.05)
        yield chosen
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=30)
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    assert [line for line in lines if line["level"] in ("ERROR", "CRITICAL")] == []


def said(port: int, request: bytes, *, slowly: bytes = b"") -> bytes:
    """Everything that comes back until the server closes; `slowly` is sent byte by byte until it does."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        if slowly:
            threading.Thread(target=_dribble, args=(connection, slowly), daemon=True).start()
        parts = []
        try:
            while part := connection.recv(65_536):
                parts.append(part)
        except ConnectionResetError:
            """It hung up while we were still sending."""
        return b"".join(parts)


def _dribble(connection: socket.socket, letters: bytes) -> None:
    try:
        for letter in letters:
            connection.sendall(bytes([letter]))
            time.sleep(0.1)
    except OSError:
        return


def ask(path: str, *, host: str = "localhost", more: str = "", method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode()


def test_it_answers_and_does_not_say_what_it_is(port: int) -> None:
    answer = said(port, ask("/healthz"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nserver:" not in answer.lower()
    assert b"gunicorn" not in answer.lower()
    assert b"Content-Security-Policy: " in answer


def test_another_host_is_refused(port: int) -> None:
    answer = said(port, ask("/healthz", host="evil.example"))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"X-Frame-Options: DENY" in answer
    assert b"evil.example" not in answer


@pytest.mark.parametrize(
    "request_",
    [
        ask("/" + "x" * 5_000),
        ask("/healthz", more=f"X-Long: {'x' * 9_000}\r\n"),
        ask("/healthz", more="".join(f"X-{number}: 1\r\n" for number in range(70))),
        b"NONSENSE\r\n\r\n",
        ask("/healthz", more="Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        ask("/healthz", more="Content-Length: -1\r\n"),
        ask("/healthz", more="Bad Name: 1\r\n"),
    ],
    ids=["line", "header", "headers", "nonsense", "smuggled", "negative", "name"],
)
def test_a_request_that_is_no_honest_one_is_refused(port: int, request_: bytes) -> None:
    answer = said(port, request_)
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"gunicorn" not in answer.lower()
    assert b"Traceback" not in answer


def test_ten_megabytes_are_refused_without_being_read(port: int) -> None:
    head = ask("/sign-in/link", method="POST", more="Content-Length: 10000000\r\n")
    assert said(port, head).startswith(b"HTTP/1.1 413 ")  # answered before a single byte of it was sent
    assert said(port, ask("/healthz")).startswith(b"HTTP/1.1 200 ")


def test_a_request_that_dribbles_is_cut_off_and_frees_its_thread(port: int) -> None:
    began = time.monotonic()
    slow = [
        threading.Thread(target=said, args=(port, b"GET /healthz HTTP/1.1\r\nX: "), kwargs={"slowly": b"x" * 600})
        for _ in range(10)  # more than there are threads
    ]
    for one in slow:
        one.start()
    assert said(port, ask("/healthz")).startswith(b"HTTP/1.1 200 ")
    for one in slow:
        one.join(timeout=30)
    assert not any(one.is_alive() for one in slow)
    assert time.monotonic() - began < 30, "the last letter comes after a minute"
