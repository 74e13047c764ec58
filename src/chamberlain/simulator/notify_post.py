"""Carrying notifications to loopback addresses: in the background, in no order, some twice, again after a failure.

source  https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (read 2026): a handshake is answered
        within ten seconds, a notification within three; failed ones come again for up to four hours, here a few times
"""

import threading
from collections import deque
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from chamberlain.simulator.world.knobs import Knobs

HANDSHAKE_SECONDS = 10.0
DELIVERY_SECONDS = 3.0
TRIES = 5
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_TOGETHER = 20
_FIRST_PAUSE_SECONDS = 0.05
_OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class Mail:
    """One notification and where it goes."""

    url: str
    body: dict[str, Any]


def is_loopback(url: str) -> bool:
    """Whether an address is one that the simulator may call: nothing leaves this machine."""
    try:
        parts = urlsplit(url)
        has_port = (parts.port or 80) > 0
    except ValueError:
        return False
    return has_port and parts.scheme == "http" and parts.hostname in LOOPBACK


def _post(url: str, body: bytes, content_type: str, seconds: float, query: str = "") -> tuple[int, str, bytes]:
    """(status, content type, body) of the answer; status 0 when there was none."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=seconds)
    try:
        target = (parts.path or "/") + "?" + "&".join(part for part in (parts.query, query) if part)
        connection.request("POST", target.rstrip("?"), body=body, headers={"Content-Type": content_type})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read(65_536)
    except (OSError, HTTPException):
        return 0, "", b""
    finally:
        connection.close()


def shakes_hands(url: str, token: str) -> int:
    """Ask an address whether it wants notifications: 200 when it answered with the token, else what it answered."""
    status, content_type, body = _post(
        url, b"", "text/plain; charset=utf-8", HANDSHAKE_SECONDS, f"validationToken={quote(token, safe='')}"
    )
    if status != 200:
        return status
    return 200 if content_type.startswith("text/plain") and body == token.encode() else 400


class Postman:
    """One background thread, begun with the first mail, that ends with the process."""

    def __init__(self, seed: int, knobs: Knobs) -> None:
        self._random = Random(seed)  # noqa: S311 -- decides order and duplicates, repeatably
        self._knobs = knobs
        self._waiting: deque[Mail] = deque()
        self._arrived = threading.Condition()
        self._thread: threading.Thread | None = None

    def send(self, mail: Mail) -> None:
        """Take mail and return at once."""
        with self._arrived:
            self._waiting.append(mail)
            if self._random.random() < self._knobs.notify_duplicates:
                self._waiting.append(mail)
            self._arrived.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._deliver, name="notifications", daemon=True)
                self._thread.start()

    def _deliver(self) -> None:
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: bool(self._waiting))
                mails = [self._waiting.popleft() for _ in range(min(len(self._waiting), _TOGETHER))]
            self._random.shuffle(mails)
            by_url: dict[str, list[dict[str, Any]]] = {}
            for mail in mails:
                by_url.setdefault(mail.url, []).append(mail.body)
            for url, bodies in by_url.items():
                self._carry(url, msgspec.json.encode({"value": bodies}))

    @staticmethod
    def _carry(url: str, body: bytes) -> None:
        for attempt in range(TRIES):
            if _post(url, body, "application/json; charset=utf-8", DELIVERY_SECONDS)[0] in _OK:
                return
            threading.Event().wait(_FIRST_PAUSE_SECONDS * 2**attempt)
