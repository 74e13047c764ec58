"""Forget a view of a list."""

from uuid import UUID

from chamberlain.audit.event import EventName, record
from chamberlain.errors import NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require
from chamberlain.store import views
from chamberlain.store.connection import transaction


def delete_view(*, actor: Actor, tenant: Tenant, view_id: int) -> None:
    """Deletes a view of one's own; who may share views may also delete those that others share.

    raises  Refused("not_allowed"), NotFound("view_not_found")
    """
    require(actor, Deed.SAVE_VIEW, tenant_id=tenant.id)
    with transaction():
        view = views.find(tenant_id=tenant.id, user_id=UUID(actor.id), view_id=view_id)
        if not view.mine and not may(actor, Deed.SHARE_VIEW, tenant_id=tenant.id):
            raise NotFound("view_not_found")
        views.delete(tenant_id=tenant.id, view_id=view_id)
        record(
            EventName.VIEW_DELETED,
            actor=actor,
            tenant_id=tenant.id,
            subject=f"view:{view_id}",
            list=view.list.value,
            called=view.name,
        )
