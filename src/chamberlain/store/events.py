"""Writing the audit trail, and asking it."""

from datetime import datetime

from django.db import connection, transaction

from chamberlain.model.entry import Entry
from chamberlain.store.models import EventRow


def next_id() -> int:
    """The number of the next event: part of what is stamped, so it is drawn before the event is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('event', 'id'))")
        return int(cursor.fetchone()[0])


def insert(entry: Entry) -> None:
    """Adds an event to the open transaction.

    raises  TransactionManagementError outside of one: an event belongs to the change it tells of
    """
    require_transaction()
    EventRow.objects.create(
        id=entry.id,
        tenant_id=entry.tenant,
        at=entry.at,
        name=entry.name,
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        subject=entry.subject,
        channel=entry.channel,
        ip=entry.ip,
        agent=entry.agent,
        request=entry.request,
        reason=entry.reason,
        before=entry.before,
        after=entry.after,
        details=entry.details,
        stamp=entry.stamp,
    )


def require_transaction() -> None:
    """Passes inside a transaction.

    raises  TransactionManagementError
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an event is written in the transaction of its change")


def happened(*, name: str, actor_id: str, tenant_id: int | None, subject: str, since: datetime) -> bool:
    """Whether this actor caused such an event since then."""
    found = EventRow.objects.filter(name=name, actor_id=actor_id, tenant_id=tenant_id, subject=subject, at__gte=since)
    return found.exists()
