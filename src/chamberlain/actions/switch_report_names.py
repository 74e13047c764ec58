"""Switch whether the tenant conceals names in usage reports: intended, called, read back, told."""

import asyncio
from dataclasses import dataclass

from chamberlain.actions.reaching import way_to
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Misconfigured, Refused
from chamberlain.graph.client import Priority, open_graph
from chamberlain.model.actor import Actor
from chamberlain.model.capability import Capability
from chamberlain.model.permit import Permit
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.capabilities import lacks
from chamberlain.policy.permits import permits
from chamberlain.policy.scope_standing import open_scopes
from chamberlain.provision.report_names import conceals_names, set_concealed_names
from chamberlain.settings import Settings
from chamberlain.store import scopes, tenants
from chamberlain.store.connection import transaction
from chamberlain.sync.way import Way

WORDS: dict[bool | None, str] = {None: "unknown", True: "concealed", False: "shown"}


@dataclass(frozen=True, slots=True)
class Switched:
    """What came of it.

    before   None where Microsoft did not say
    is_seen  whether Microsoft tells already what was set; otherwise it took it, and a sync will see it
    """

    before: bool | None
    after: bool
    is_seen: bool


def switch_report_names(
    *, actor: Actor, tenant: Tenant, concealed: bool, is_confirmed: bool, settings: Settings
) -> Switched:
    """Conceals or shows names in the tenant's usage reports, for everybody who reads them.

    is_confirmed  whether the actor confirmed that this changes the tenant
    raises        Refused: not_allowed, writing_unconfirmed, writing_not_chosen, write_scope_missing, or by Graph;
                  Misconfigured("not_connected"); Upstream
    """
    require(actor, Deed.CONNECT, tenant_id=tenant.id)
    if not is_confirmed:
        raise Refused("writing_unconfirmed", capabilities=Capability.SHOW_REPORT_NAMES.value)
    connection = tenants.connection_of(tenant.id)
    if connection is None:
        raise Misconfigured("not_connected")
    allowed = _permits(tenant)
    with transaction():
        record(
            EventName.REPORT_NAMES_INTENDED,
            actor=actor,
            tenant_id=tenant.id,
            subject=str(tenant.guid),
            before={"names": WORDS[connection.concealed_names]},
            after={"names": WORDS[concealed]},
        )
    try:
        with way_to(connection, settings=settings) as way:
            switched = asyncio.run(_switch(way, allowed, concealed=concealed))
    except ChamberlainError as error:
        with transaction():
            record(
                EventName.REPORT_NAMES_FAILED,
                actor=actor,
                tenant_id=tenant.id,
                subject=str(tenant.guid),
                error=error.code,
            )
        raise
    _note(switched, actor=actor, tenant=tenant)
    return switched


def _permits(tenant: Tenant) -> frozenset[Permit]:
    """What may be sent.

    raises  Refused("writing_not_chosen") where the tenant is not connected for this, Refused("write_scope_missing")
    """
    chosen, held = scopes.chosen_and_held(tenant.id)
    if Capability.SHOW_REPORT_NAMES not in chosen:
        raise Refused("writing_not_chosen", capability=Capability.SHOW_REPORT_NAMES.value)
    allowed = permits(Capability.SHOW_REPORT_NAMES, chosen=chosen, held=open_scopes(held))
    if not allowed:
        missing = lacks(Capability.SHOW_REPORT_NAMES, open_scopes(held))
        raise Refused("write_scope_missing", scope=", ".join(missing))
    return allowed


async def _switch(way: Way, allowed: frozenset[Permit], *, concealed: bool) -> Switched:
    interactive = Priority.INTERACTIVE
    async with open_graph(way.endpoint, way.credential, way.ledger, interactive, permits=allowed) as graph:
        before = await conceals_names(graph)
        seen = before is concealed or await set_concealed_names(graph, concealed=concealed)
    return Switched(before, concealed, seen)


def _note(switched: Switched, *, actor: Actor, tenant: Tenant) -> None:
    with transaction():
        if switched.is_seen:
            tenants.note_concealed_names(tenant_id=tenant.id, concealed=switched.after)
        record(
            EventName.REPORT_NAMES_SWITCHED,
            actor=actor,
            tenant_id=tenant.id,
            subject=str(tenant.guid),
            before={"names": WORDS[switched.before]},
            after={"names": WORDS[switched.after]},
            seen="yes" if switched.is_seen else "not yet",
        )
