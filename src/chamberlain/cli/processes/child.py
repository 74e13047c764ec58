"""One process under supervision: what to run, and a run of it."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from pathlib import Path

from chamberlain.cli.processes.parent import PARENT_WORD

LARGEST_LOG_BYTES = 10_000_000
LAST_LINES = 12
DRAINED_WITHIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running.

    environment    on top of ours
    after          names of the children that must be ready before this one starts
    ready_line     it is ready once it prints a line that contains this
    is_ready       or once this, asked ten times a second, says so; with neither it is ready as soon as it runs
    starts_within  how long it may take to be ready
    grace          how long it may take to end after SIGTERM
    """

    name: str
    command: Sequence[str]
    _: KW_ONLY
    environment: Mapping[str, str] = field(default_factory=dict)
    after: Sequence[str] = ()
    ready_line: str | None = None
    is_ready: Callable[[], bool] | None = None
    starts_within: timedelta = timedelta(minutes=1)
    grace: timedelta = timedelta(seconds=10)


class Run:
    """A run of a child, from its start to its end.

    Two threads serve it: one files its output, the other waits for its end.
    """

    def __init__(self, child: Child, *, log: Path, changed: Callable[["Run"], None]) -> None:
        self.child = child
        self.ready = child.ready_line is None and child.is_ready is None
        self.code: int | None = None
        self.began = time.monotonic()
        self._changed = changed
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._process = subprocess.Popen(  # noqa: S603 - our own programs
            child.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **child.environment, PARENT_WORD: "1"},
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops children in order
        )
        self._reader = threading.Thread(target=self._file, args=(log,), name=f"log of {child.name}", daemon=True)
        self._waiter = threading.Thread(target=self._wait, name=f"end of {child.name}", daemon=True)
        self._reader.start()
        self._waiter.start()

    @property
    def said(self) -> str:
        """The last lines it printed."""
        return "\n".join(self._last)

    def look(self) -> None:
        """Asks a child that prints no ready line whether it is ready."""
        if not self.ready and self.child.is_ready is not None:
            self.ready = self.child.is_ready()

    def stop(self) -> None:
        """Asks it to end."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, with all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _file(self, log: Path) -> None:
        """Copies its output to the log; goes on reading when the log cannot be written, or the child would block."""
        for line in self._process.stdout or ():
            text = line.decode(errors="replace").rstrip()
            self._last.append(text)
            with contextlib.suppress(OSError):
                _append(log, line)
            if not self.ready and self.child.ready_line is not None and self.child.ready_line in text:
                self.ready = True
                self._changed(self)

    def _wait(self) -> None:
        code = self._process.wait()
        self.kill()  # what it left behind would hold its port
        self._reader.join(DRAINED_WITHIN.total_seconds())
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not self._reader.is_alive():
                pipe.close()
        self.code = code
        self._changed(self)


def _append(log: Path, line: bytes) -> None:
    """Adds a line to a log, which is put aside as `.1` when it has grown long."""
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_name(log.name + ".1"))
    with log.open("ab") as file:
        file.write(line)
