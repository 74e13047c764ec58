"""Workers in processes of their own, and waiting for what they do."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 120.0  # machines differ; nothing here waits for time to pass


@contextmanager
def worker() -> "Iterator[subprocess.Popen[str]]":
    """A worker in a process of its own; it never outlives the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chamberlain.cli", "worker"],
        env={**os.environ, "CHAMBERLAIN_LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "worker is ready"
            yield process
        finally:
            process.kill()


def wait_until(reached: Callable[[], bool]) -> None:
    """Returns when it is so.

    raises  AssertionError where it is not in time
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.05)
