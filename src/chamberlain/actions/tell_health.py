"""Tell that a connection broke, and that it works again: each once, however many runs say the same."""

from chamberlain.model.message import Topic
from chamberlain.notify.post import post
from chamberlain.notify.telling import values_of
from chamberlain.store import outbox

HEALTH = (Topic.CONNECTION_BROKEN, Topic.CONNECTION_REPAIRED)


def tell_health(tenant_id: int, *, run_id: int, failure: tuple[str, dict[str, str]] | None) -> None:
    """Posts in the transaction that ends the run. That it works is told only to whom it was told that it did not."""
    was_told = outbox.last_told(tenant_id=tenant_id, among=HEALTH)
    if failure is not None and was_told is not Topic.CONNECTION_BROKEN:
        post(Topic.CONNECTION_BROKEN, tenant_id=tenant_id, once=f"run:{run_id}", **values_of(failure))
    if failure is None and was_told is Topic.CONNECTION_BROKEN:
        post(Topic.CONNECTION_REPAIRED, tenant_id=tenant_id, once=f"run:{run_id}")
