"""The child's half: it ends when the process that started it has ended."""

import contextlib
import os
import signal
import threading
import time
from datetime import timedelta

PARENT_WORD = "CHAMBERLAIN_EXIT_WITH_PARENT"
"""Not a setting: what a supervisor tells its children, and nobody else."""

STANDARD_INPUT = 0
ORPHANS_GRACE = timedelta(seconds=3)
"""Short: a new supervisor may be waiting for our port."""


def exit_with_parent(*, grace: timedelta = ORPHANS_GRACE) -> None:
    """Ends this process, first politely, once the supervisor that started it is gone.

    Call it once, early; it does nothing in a process that no supervisor started.

    grace  how long SIGTERM may take before the process and those that it started are killed
    """
    if os.environ.pop(PARENT_WORD, None) != "1":
        return
    threading.Thread(target=_watch, args=(grace,), name="exit-with-parent", daemon=True).start()


def _watch(grace: timedelta) -> None:
    with contextlib.suppress(OSError):
        while os.read(STANDARD_INPUT, 4096):
            """A supervisor writes nothing; only the end of the pipe means something."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace.total_seconds())
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
