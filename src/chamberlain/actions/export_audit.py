"""Write down that somebody takes the audit trail away."""

from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.audit import Asked
from chamberlain.policy.authority import Deed, require
from chamberlain.store.connection import transaction


def export_audit(*, actor: Actor, asked: Asked, format: str, rows: int) -> None:
    """Records an export before its first row leaves.

    raises  Refused("not_allowed")
    """
    require(actor, Deed.EXPORT_AUDIT_TRAIL, tenant_id=asked.tenant_id)
    with transaction():
        record(
            EventName.AUDIT_EXPORTED,
            actor=actor,
            tenant_id=asked.tenant_id,
            subject="audit",
            format=format,
            rows=rows,
            who=asked.who,
            what=asked.what,
            about=asked.subject,
            since=asked.since or "",
            until=asked.until or "",
        )
