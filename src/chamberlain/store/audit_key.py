"""The audit trail's own secret: made once, kept encrypted, the same through every change of the installation's key.

It is a seed of 32 bytes. Stamps and marks of links come from it, and the Ed25519 key that signs evidence.
"""

import json
import os
import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from chamberlain import clock
from chamberlain.policy.chain import Seal
from chamberlain.store.connection import apart
from chamberlain.store.models import AuditKeyRow

ONLY = 1
SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class AuditKey:
    """The seed, the last event that was written before there was one, and when it was made."""

    seed: bytes = field(repr=False)
    legacy_until: int
    made_at: datetime

    @property
    def seal(self) -> Seal:
        """What stamps entries and marks links."""
        return Seal(self.seed, self.legacy_until)

    @property
    def signer(self) -> Ed25519PrivateKey:
        """What signs evidence."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def audit_key() -> AuditKey:
    """This database's audit key; made where there is none yet, apart from the caller's transaction.

    raises  Misconfigured("key_wrong")
    """
    where = connection.settings_dict
    return _cached(*(str(where.get(part, "")) for part in ("HOST", "PORT", "NAME", "USER")))


def forget() -> None:
    """Has the key read anew: another one stands there since a backup was put back."""
    _cached.cache_clear()


@lru_cache(maxsize=8)
def _cached(_host: str, _port: str, _name: str, _user: str) -> AuditKey:
    if (found := _read()) is not None:
        return found
    maker = threading.Thread(target=apart, args=(_make,), name="audit-key")
    maker.start()
    maker.join()
    found = _read()
    if found is None:
        raise RuntimeError("the audit key was not made")
    return found


def _read() -> AuditKey | None:
    row = AuditKeyRow.objects.filter(id=ONLY).first()
    if row is None:
        return None
    told = json.loads(row.secret)
    return AuditKey(bytes.fromhex(told["seed"]), int(told["legacy_until"]), row.created_at)


def _make() -> None:
    """Writes a key, unless another process was first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM event")
        newest = int(cursor.fetchone()[0])
    row = AuditKeyRow(id=ONLY, created_at=clock.now())
    row.secret = json.dumps({"seed": os.urandom(SEED_BYTES).hex(), "legacy_until": newest})
    AuditKeyRow.objects.bulk_create([row], ignore_conflicts=True)
