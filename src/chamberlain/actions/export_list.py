"""Write down that somebody takes a list away."""

from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import ListName
from chamberlain.policy.authority import Deed, require
from chamberlain.store.connection import transaction


def export_list(*, actor: Actor, tenant: Tenant, list_name: ListName, query: str, rows: int) -> None:
    """Records an export before its first row leaves: one that breaks off on the way was an export, too.

    query   filters, sort and columns as in the list's URL
    raises  Refused("not_allowed")
    """
    require(actor, Deed.EXPORT_LIST, tenant_id=tenant.id)
    with transaction():
        record(
            EventName.LIST_EXPORTED,
            actor=actor,
            tenant_id=tenant.id,
            subject=f"list:{list_name.value}",
            rows=rows,
            query=query,
        )
