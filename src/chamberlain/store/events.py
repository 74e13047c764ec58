"""Writing the audit trail."""

from datetime import datetime

from django.db import transaction

from chamberlain.model.actor import Actor
from chamberlain.store.models import EventRow


def insert(
    *, name: str, at: datetime, actor: Actor, tenant_id: int | None, subject: str, details: dict[str, str]
) -> None:
    """Adds an event to the open transaction.

    raises  TransactionManagementError outside of one: an event belongs to the change it tells of
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an event is written in the transaction of its change")
    EventRow.objects.create(
        tenant_id=tenant_id,
        at=at,
        name=name,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        subject=subject,
        details=details,
    )
