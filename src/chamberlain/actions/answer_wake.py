"""Start the run that notices asked for."""

from chamberlain import clock
from chamberlain.actions.start_sync import start_sync
from chamberlain.errors import Conflict
from chamberlain.model.actor import SYSTEM
from chamberlain.model.run import Trigger
from chamberlain.store import tenants, wakes
from chamberlain.store.connection import transaction


def answer_wake(tenant_id: int) -> int | None:
    """The id of the queued run; None where another run goes on, after which one will follow, or nothing waits."""
    try:
        with transaction():
            if not wakes.answer(tenant_id, now=clock.now()):
                return None
            return start_sync(actor=SYSTEM, tenant=tenants.by_id(tenant_id), trigger=Trigger.NOTICE)
    except Conflict:
        return None  # with the transaction the wake is back, and waits for the end of that run
