"""Chain what was written into the audit trail."""

from chamberlain.store import chain
from chamberlain.store.audit_key import audit_key


def seal_events(*, patient: bool = False) -> int:
    """Chains everything that waits; how many entries. It needs no right: nothing is decided and nothing told.

    patient  waits for another process that is at it, so that nothing waits afterwards
    """
    seal, done = audit_key().seal, 0
    while some := chain.seal_some(seal, patient=patient):
        done += some
    return done


def seal_waiting() -> None:
    """What a worker's round does, unless another process is at it."""
    seal_events()
