"""Chain what was written into the audit trail."""

from collections.abc import Sequence
from datetime import timedelta

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import SYSTEM
from chamberlain.store import chain
from chamberlain.store.audit_key import AuditKey, audit_key

UPGRADE_LASTS = timedelta(days=1)
"""How long a version from before there were stamps may write on beside this one."""


def seal_events(*, patient: bool = False) -> int:
    """Chains everything that waits; how many entries. It needs no right: nothing is decided and nothing told.

    During an upgrade, entries that an older version writes without a stamp are adopted: an entry of ours, which is
    stamped, names them. Later nobody is left who writes so, and they are counted as not stamped.

    patient  waits for another process that is at it, so that nothing waits afterwards
    """
    key, done = audit_key(), 0
    adopt = _adopt if _is_upgrading(key) else None
    while some := chain.seal_some(key.seal, patient=patient, adopt=adopt):
        done += some
    return done


def seal_waiting() -> None:
    """What a worker's round does, unless another process is at it."""
    seal_events()


def _is_upgrading(key: AuditKey) -> bool:
    """Whether an older version wrote here, and may still."""
    return key.legacy_until > 0 and clock.now() - key.made_at < UPGRADE_LASTS


def _adopt(ids: Sequence[int]) -> None:
    told = " ".join(str(one) for one in ids)
    record(EventName.EVENTS_ADOPTED, actor=SYSTEM, tenant_id=None, subject="trail", entries=len(ids), ids=told)
