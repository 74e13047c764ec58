"""Choose what a tenant is connected for. What is asked of Microsoft, and read, follows from it."""

from collections.abc import Iterable

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import Misconfigured
from chamberlain.model.actor import Actor
from chamberlain.model.capability import Capability
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.capabilities import check_choice, named
from chamberlain.store import scopes, subscriptions, tenants
from chamberlain.store.connection import transaction


def choose_capabilities(
    *, actor: Actor, tenant: Tenant, capabilities: Iterable[str], is_confirmed: bool
) -> frozenset[Capability]:
    """The choice as it holds from the next sync on: what is essential is always in it.

    capabilities  values of Capability
    is_confirmed  whether the actor confirmed that the tenant may be changed
    raises        Refused: not_allowed, capability_unknown, writing_before_reading, writing_unconfirmed,
                  capability_not_yet; Misconfigured("not_connected")
    """
    require(actor, Deed.CONNECT, tenant_id=tenant.id)
    if tenants.connection_of(tenant.id) is None:
        raise Misconfigured("not_connected")
    is_read = tenants.synced_at(tenant.id) is not None
    chosen = check_choice(named(capabilities), is_connected=is_read, is_confirmed=is_confirmed)
    with transaction():
        keep_choice(chosen, actor=actor, tenant=tenant)
    return chosen


def keep_choice(chosen: frozenset[Capability], *, actor: Actor, tenant: Tenant) -> None:
    """Keeps a choice that was checked, and tells of it where it is another than before. Inside a transaction."""
    before = scopes.chosen(tenant.id)
    if before == chosen:
        return
    subscriptions.look_at(tenant.id, at=clock.now())  # notices are asked for, or given up, by the next round
    scopes.choose(tenant_id=tenant.id, capabilities=chosen, now=clock.now(), by=actor.name)
    record(
        EventName.CAPABILITIES_CHOSEN,
        actor=actor,
        tenant_id=tenant.id,
        subject=str(tenant.guid),
        before=_told(before),
        after=_told(chosen),
    )


def _told(capabilities: frozenset[Capability]) -> str:
    return " ".join(one.value for one in Capability if one in capabilities)
