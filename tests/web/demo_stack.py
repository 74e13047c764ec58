"""The demo as people start it: simulated tenant, worker, web application, all real, in a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN = 120.0
LINK_LINE = "Sign in once with"


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo. `url` has no trailing slash."""

    url: str
    link: str
    data: Path
    environment: dict[str, str]

    def new_link(self) -> str:
        """A sign-in link that nobody has used."""
        command = [sys.executable, "-m", "chamberlain.cli", "sign-in"]
        done = subprocess.run(command, env=self.environment, check=False, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


class RunningDemo:
    """Starts the demo, waits until it has printed its link, and stops it again."""

    def __init__(self, *, users: int, groups: int, memberships: int) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="chamberlain-web-"))
        self._root.chmod(0o711)  # as root, PostgreSQL runs under another account
        port, tenant_port = _free_ports(2)
        data = self._root / "data"
        environment = {**os.environ, "CHAMBERLAIN_DATA": str(data), "CHAMBERLAIN_PORT": str(port)}
        sizes = ["--users", str(users), "--groups", str(groups), "--memberships", str(memberships), "--apps", "16"]
        ports = ["--port", str(port), "--tenant-port", str(tenant_port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chamberlain.cli", "demo", *ports, *sizes],
            env={**environment, "PYTHONUNBUFFERED": "1", "COLUMNS": "400"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._said: list[str] = []
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self.demo = Demo(f"http://127.0.0.1:{port}", self._wait_for_link(), data, environment)

    def stop(self) -> None:
        """Stops it and forgets its folder. Not by SIGINT, which a process in the background may ignore."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=10)
        self._reader.join(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()
        shutil.rmtree(self._root, ignore_errors=True)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.append(line)

    def _wait_for_link(self) -> str:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until and self._process.poll() is None:
            for line in list(self._said):
                if LINK_LINE in line:
                    return line.split(LINK_LINE, 1)[1].strip()
            time.sleep(0.1)
        said = "".join(self._said)
        self.stop()
        raise RuntimeError(f"The demo printed no sign-in link. It said:\n{said}")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
