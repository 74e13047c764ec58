"""The demo from start to stop: second start, kill -9 of its supervisor, reset."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workers import wait_until

STARTS_WITHIN = 90.0
SIZES = ("--users", "40", "--groups", "8", "--memberships", "100", "--apps", "4")


@pytest.fixture
def data() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="chamberlain-demo-"))
    root.chmod(0o711)
    yield root / "data"
    shutil.rmtree(root, ignore_errors=True)


def free_ports() -> tuple[str, str]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return str(first.getsockname()[1]), str(second.getsockname()[1])


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "CHAMBERLAIN_DATA": str(data), "COLUMNS": "300", "PYTHONUNBUFFERED": "1"}


def start(data: Path, ports: tuple[str, str]) -> "subprocess.Popen[str]":
    """A demo that has printed its greeting."""
    demo = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "chamberlain.cli",
            "demo",
            "--port",
            ports[0],
            "--tenant-port",
            ports[1],
            "--writing",
            *SIZES,
        ],
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert demo.stdout is not None
    for line in demo.stdout:
        if "Ctrl-C" in line:
            return demo
    pytest.fail(f"the demo ended with {demo.wait()}")


def status(data: Path) -> dict[str, Any]:
    return said(data, "status")


def said(data: Path, *words: str) -> dict[str, Any]:
    """What a command tells as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "chamberlain.cli", *words, "--json"],
        env=environment(data),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def synced(data: Path) -> dict[str, Any]:
    until = time.monotonic() + STARTS_WITHIN
    while (told := status(data))["connections"] == [] or told["connections"][0]["last_success"] is None:
        assert time.monotonic() < until
    return told


def processes_of(data: Path) -> list[str]:
    """Command lines of processes that name this data folder or were started with it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(data).encode() in (process / "cmdline").read_bytes() + (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def test_the_demo_connects_survives_a_kill_and_keeps_its_data(data: Path) -> None:
    ports = free_ports()
    demo = start(data, ports)
    first = synced(data)
    assert first["running"] is True
    chosen = said(data, "scopes", "--choose", "see_people,see_groups,provision_groups", "--confirm-writing")
    assert chosen["missing"] == []
    states = {one["scope"]: one["state"] for one in chosen["scopes"]}
    assert states["GroupMember.ReadWrite.All"] == "granted"
    with demo:
        demo.send_signal(signal.SIGKILL)

    again = start(data, ports)
    with again:
        told = status(data)
        assert told["running"] is True
        assert told["connections"][0]["tenant_id"] == first["connections"][0]["tenant_id"]
        again.send_signal(signal.SIGINT)
        assert again.wait(timeout=60) == 0
    assert status(data)["running"] is False
    if Path("/proc/self/environ").exists():
        wait_until(lambda: processes_of(data) == [])

    reset = subprocess.run(
        [sys.executable, "-m", "chamberlain.cli", "demo", "--reset"], env=environment(data), check=False, timeout=60
    )
    assert reset.returncode == 0
    assert not data.exists()
