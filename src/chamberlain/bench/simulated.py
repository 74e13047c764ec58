"""A simulated tenant in a process of its own, for measurements and tests."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Reached:
    """A running simulator: where it is, and with what one connects to it."""

    url: str
    tenant_id: str
    domain: str
    client_id: str
    client_secret: str
    own_client_id: str
    own_client_secret: str

    def usage(self) -> dict[str, Any]:
        """Requests, resource units and refusals that the simulator has counted."""
        found: dict[str, Any] = json.loads(self.get("/_simulator/usage"))
        return found

    def truth(self, query: str = "") -> Iterator[dict[str, Any]]:
        """The simulator's own account of the tenant, line by line."""
        with urllib.request.urlopen(f"{self.url}/_simulator/truth{query}") as lines:  # noqa: S310 - loopback
            for line in lines:
                yield json.loads(line)

    def get(self, path: str) -> bytes:
        """The body of a control route."""
        with urllib.request.urlopen(self.url + path) as answer:  # noqa: S310 - loopback
            body: bytes = answer.read()
            return body

    def post(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        """Sends JSON to a control route."""
        return self._send("POST", path, json.dumps(content).encode())

    def delete(self, path: str) -> dict[str, Any]:
        """Clears what a control route keeps."""
        return self._send("DELETE", path, None)

    def _send(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - loopback
            self.url + path, data=body, method=method, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            text = answer.read()
        return json.loads(text) if text else {}


@dataclass(frozen=True, slots=True)
class Simulated(Reached):
    """One that was started here."""

    process: "subprocess.Popen[bytes]"


@contextmanager
def simulated(*, file: Path | None = None, **options: float | str) -> Iterator[Simulated]:
    """A simulator on a free port, ended with the context.

    options  of `chamberlain simulator`, with underscores: users, groups, memberships, apps, seed, latency_ms,
             population; True for one that takes no value
    """
    values = {"port": 0, **options, **({"file": str(file)} if file else {})}
    arguments = [
        part
        for name, value in values.items()
        for part in (f"--{name.replace('_', '-')}", *([] if value is True else [str(value)]))
        if value is not False
    ]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "chamberlain.simulator", "--exit-with-parent", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        try:
            line = process.stdout.readline() if process.stdout else b""
            told = json.loads(line)
            names = ("url", "tenant_id", "domain", "client_id", "client_secret", "own_client_id", "own_client_secret")
            yield Simulated(process=process, **{name: told[name] for name in names})
        finally:
            process.terminate()
            process.wait()
