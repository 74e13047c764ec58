"""What somebody keeps for a list."""

from uuid import UUID

from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import ListName, Shelf, View
from chamberlain.policy.authority import Deed, require
from chamberlain.store import views


def show_shelf(*, viewer: Actor, tenant: Tenant, list_name: ListName) -> Shelf:
    """Own and shared views of a list, and the columns that the viewer chose last; nothing for the terminal.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    if viewer.kind is not ActorKind.PERSON:
        return Shelf()
    return views.shelf(tenant_id=tenant.id, user_id=UUID(viewer.id), list_name=list_name)


def find_view(*, viewer: Actor, tenant: Tenant, view_id: int) -> View:
    """A view that the viewer may see.

    raises  Refused("not_allowed"), NotFound("view_not_found")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    return views.find(tenant_id=tenant.id, user_id=UUID(viewer.id), view_id=view_id)
