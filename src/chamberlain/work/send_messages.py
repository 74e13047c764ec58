"""What a worker's rounds do about messages: tell what is overdue, and send what is due, beside everything else."""

import logging
import threading
import time

from chamberlain.actions.send_messages import send_messages
from chamberlain.actions.tell_overdue import tell_overdue
from chamberlain.settings import Settings
from chamberlain.store.connection import apart

log = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 60.0
SECONDS_BEFORE_FIRST = 600.0
"""What was due while nothing ran has started by then, and needs no telling."""


class Postman:
    """Called in every round, sends in a thread of its own: a slow mail server holds up nothing else."""

    def __init__(self, *, settings: Settings) -> None:
        self._settings = settings
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        """Starts to send, unless that is still going on."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=apart, args=(self._send,), name="postman", daemon=True)
            self._thread.start()

    def _send(self) -> None:
        try:
            send_messages(settings=self._settings)
        except Exception:
            log.exception("sending failed; it is tried again in the next round")


class OverdueWatch:
    """Called in every round, looks once a minute."""

    def __init__(self, *, settings: Settings) -> None:
        self._settings = settings
        self._next = time.monotonic() + SECONDS_BEFORE_FIRST

    def __call__(self) -> None:
        """Looks, where it is time."""
        if time.monotonic() >= self._next:
            tell_overdue(settings=self._settings)
            self._next = time.monotonic() + SECONDS_BETWEEN_LOOKS
