"""Write down that somebody looked at what not everybody may see."""

from datetime import timedelta

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.store import events
from chamberlain.store.connection import transaction

ONCE_IN = timedelta(minutes=10)


def note_view(name: EventName, *, actor: Actor, tenant: Tenant | None, subject: str) -> None:
    """Records a view once in ten minutes for each who and what: paging and reloading are one look.

    Call it once the viewer was let through, in every wing alike.
    """
    tenant_id, since = tenant.id if tenant else None, clock.now() - ONCE_IN
    if events.happened(name=name.value, actor_id=actor.id, tenant_id=tenant_id, subject=subject, since=since):
        return
    with transaction():
        record(name, actor=actor, tenant_id=tenant_id, subject=subject)
