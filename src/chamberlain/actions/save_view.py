"""Keep a view of a list: make it, rename it, change what it shows, share it."""

from unicodedata import category
from uuid import UUID

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import NotFound, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import LONGEST_NAME, ListName
from chamberlain.policy.authority import Deed, require
from chamberlain.store import views
from chamberlain.store.connection import transaction


def save_view(*, actor: Actor, tenant: Tenant, list_name: ListName, name: str, query: str, shared: bool = False) -> int:
    """The id of a new view of the actor's.

    raises  Refused("not_allowed" | "view_name_empty" | "view_name_long"),
            Conflict("view_name_taken" | "views_too_many")
    """
    require(actor, Deed.SAVE_VIEW, tenant_id=tenant.id)
    if shared:
        require(actor, Deed.SHARE_VIEW, tenant_id=tenant.id)
    name = _tidy(name)
    with transaction():
        view_id = views.create(
            tenant_id=tenant.id,
            user_id=UUID(actor.id),
            list_name=list_name,
            name=name,
            query=query,
            shared=shared,
            now=clock.now(),
        )
        _tell(actor, tenant, view_id, list=list_name.value, called=name, query=query, shared=shared)
    return view_id


def change_view(
    *,
    actor: Actor,
    tenant: Tenant,
    view_id: int,
    name: str | None = None,
    query: str | None = None,
    shared: bool | None = None,
) -> None:
    """Changes of a view what is given. Only its owner may.

    raises  as save_view, and NotFound("view_not_found")
    """
    require(actor, Deed.SAVE_VIEW, tenant_id=tenant.id)
    if shared is not None:
        require(actor, Deed.SHARE_VIEW, tenant_id=tenant.id)
    given = {"name": None if name is None else _tidy(name), "query": query, "shared": shared}
    changes = {key: value for key, value in given.items() if value is not None}
    with transaction():
        view = views.find(tenant_id=tenant.id, user_id=UUID(actor.id), view_id=view_id)
        if not view.mine:
            raise NotFound("view_not_found")
        views.change(tenant_id=tenant.id, view_id=view_id, now=clock.now(), **changes)
        told = {"called" if key == "name" else key: value for key, value in changes.items()}
        _tell(actor, tenant, view_id, list=view.list.value, **told)


def open_list_with(*, actor: Actor, tenant: Tenant, list_name: ListName, view_id: int | None) -> None:
    """Lets a list open with a view for the actor alone; None: with everything.

    raises  Refused("not_allowed"), NotFound("view_not_found")
    """
    require(actor, Deed.SAVE_VIEW, tenant_id=tenant.id)
    with transaction():
        if view_id is not None:
            view = views.find(tenant_id=tenant.id, user_id=UUID(actor.id), view_id=view_id)
            list_name = view.list
        views.set_default(tenant_id=tenant.id, user_id=UUID(actor.id), list_name=list_name, view_id=view_id)


def choose_columns(*, actor: Actor, tenant: Tenant, list_name: ListName, columns: tuple[str, ...]) -> None:
    """Remembers which columns the actor wants to see in every tenant, and in which order; none: the usual ones.

    tenant  where the list was looked at when they were chosen

    raises  Refused("not_allowed")
    """
    require(actor, Deed.SAVE_VIEW, tenant_id=tenant.id)
    with transaction():
        views.set_columns(user_id=UUID(actor.id), list_name=list_name, columns=columns)


def _tidy(name: str) -> str:
    visible = "".join(" " if category(letter) in ("Cc", "Zl", "Zp") else letter for letter in name)
    tidy = " ".join(visible.split())
    if not tidy:
        raise Refused("view_name_empty")
    if len(tidy) > LONGEST_NAME:
        raise Refused("view_name_long", longest=LONGEST_NAME)
    return tidy


def _tell(actor: Actor, tenant: Tenant, view_id: int, **details: object) -> None:
    record(EventName.VIEW_SAVED, actor=actor, tenant_id=tenant.id, subject=f"view:{view_id}", **details)
