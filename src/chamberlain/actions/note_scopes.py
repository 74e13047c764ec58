"""Note what Microsoft lets us do in a tenant: what came and what went is remembered, and told in the audit trail."""

from collections.abc import Mapping

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.message import Topic
from chamberlain.notify.post import post
from chamberlain.store import scopes
from chamberlain.store.connection import transaction


def note_scopes(*, actor: Actor, tenant_id: int, seen: Mapping[str, bool | None]) -> None:
    """Keeps since when each scope is granted or revoked.

    seen  every scope that we have, and whether our service principal has it assigned; None where we may not ask
    """
    with transaction():
        came, went = scopes.note(tenant_id=tenant_id, seen=seen, now=clock.now())
        if came:
            record(
                EventName.SCOPES_GRANTED, actor=actor, tenant_id=tenant_id, subject="connection", scopes=" ".join(came)
            )
        if went:
            record(
                EventName.SCOPES_REVOKED, actor=actor, tenant_id=tenant_id, subject="connection", scopes=" ".join(went)
            )
            post(Topic.SCOPES_REVOKED, tenant_id=tenant_id, once=clock.now().isoformat(), scopes=" ".join(went))
