"""A file of evidence: what it has in it, and what checking it found."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

FORMAT = "chamberlain-evidence-1"
EVENTS = "events.jsonl"
CHAIN = "chain.txt"
MANIFEST = "manifest.json"
KEY = "key.pem"
SIGNATURE = "signature.bin"
README = "README.txt"


class Doubt(Enum):
    """Why a file of evidence proves nothing."""

    UNREADABLE = "unreadable"
    SIGNATURE_WRONG = "signature_wrong"
    KEY_UNEXPECTED = "key_unexpected"
    FILE_CHANGED = "file_changed"
    CHAIN_BROKEN = "chain_broken"
    EVENT_CHANGED = "event_changed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was written, or read and checked.

    first, last  places in the chain; head: the hash of the last one
    fingerprint  of the key that signed: to be compared with what `chamberlain audit key` says
    doubts       empty where everything holds; each with the place or file that it is about
    """

    made_at: datetime | None
    first: int
    last: int
    head: str
    events: int
    fingerprint: str
    doubts: tuple[tuple[Doubt, str], ...] = ()
