"""Taking the entries of a tenant away that is disconnected for good. The chain of all others stays whole."""

from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.store import chain
from chamberlain.store.audit_key import audit_key


def remove_events_of(tenant: Tenant, *, actor: Actor) -> int:
    """How many entries were removed; that it was done, by whom and how many stays, but not of which tenant.

    Entries of the installation that name the tenant, as of a consent that was asked for before it was known, go too.
    Call it in the transaction that removes the tenant: nothing may be recorded for the tenant afterwards.
    """
    removed = chain.bury(tenant.id, seal=audit_key().seal, words=(str(tenant.guid), tenant.domain))
    record(EventName.EVENTS_REMOVED, actor=actor, tenant_id=None, subject="tenant", entries=removed)
    return removed
