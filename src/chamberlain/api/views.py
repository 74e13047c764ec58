"""Saved views of lists: one's own and those that others share."""

import re
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router, Schema, Status
from pydantic import ConfigDict, Field

from chamberlain.actions.delete_view import delete_view
from chamberlain.actions.save_view import change_view, save_view
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.runs import LARGEST_ID
from chamberlain.errors import Refused
from chamberlain.model.api_token import TokenScope
from chamberlain.model.view import LONGEST_NAME, ListName, View
from chamberlain.queries import views

router = Router(tags=["views"])
ROOT = "/tenants/{tenant}/views"
QUERY = re.compile(r"[\w.~%+=&,:*-]*", re.ASCII)
LONGEST_QUERY = 2000

ViewId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Query = Annotated[
    str, Field(max_length=LONGEST_QUERY, description="Filters, sort and columns as in the address of the list.")
]


class ViewShape(Schema):
    """A list as somebody keeps it."""

    id: int
    list: ListName
    name: str
    query: str
    shared: bool
    mine: bool
    default: bool
    owner: str


class NewView(Schema):
    """A view to keep."""

    model_config = ConfigDict(extra="forbid")

    list: ListName
    name: Name
    query: Query = ""
    shared: bool = False


class ViewChange(Schema):
    """What should be different of a view; null: as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    query: Query | None = None
    shared: bool | None = None


@router.get(ROOT, response=list[ViewShape], operation_id="listViews", **needs(TokenScope.READ_DIRECTORY))
def list_views(request: HttpRequest, *, tenant: str, of: ListName) -> list[dict[str, Any]]:
    """Views of one list: one's own, then those that others share."""
    shelf = views.show_shelf(viewer=viewer_of(request), tenant=tenant_of(request, tenant), list_name=of)
    return [view(one) for one in shelf.views]


@router.post(ROOT, response={201: ViewShape}, operation_id="saveView", **needs(TokenScope.MANAGE_VIEWS))
def save(request: HttpRequest, *, tenant: str, new: NewView) -> Status[dict[str, Any]]:
    """Keeps a new view."""
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    if not new.list.keeps_views:
        raise Refused("list_keeps_no_views", list=new.list.value)
    view_id = save_view(
        actor=viewer, tenant=found, list_name=new.list, name=new.name, query=_checked(new.query), shared=new.shared
    )
    return Status(201, view(views.find_view(viewer=viewer, tenant=found, view_id=view_id)))


@router.patch(ROOT + "/{view_id}", response=ViewShape, operation_id="changeView", **needs(TokenScope.MANAGE_VIEWS))
def change(request: HttpRequest, *, tenant: str, view_id: ViewId, wanted: ViewChange) -> dict[str, Any]:
    """Changes a view of one's own."""
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    change_view(
        actor=viewer,
        tenant=found,
        view_id=view_id,
        name=wanted.name,
        query=None if wanted.query is None else _checked(wanted.query),
        shared=wanted.shared,
    )
    return view(views.find_view(viewer=viewer, tenant=found, view_id=view_id))


@router.delete(ROOT + "/{view_id}", response={204: None}, operation_id="deleteView", **needs(TokenScope.MANAGE_VIEWS))
def delete(request: HttpRequest, *, tenant: str, view_id: ViewId) -> Status[None]:
    """Forgets a view of one's own; who may share views may also forget those that others share."""
    delete_view(actor=viewer_of(request), tenant=tenant_of(request, tenant), view_id=view_id)
    return Status(204, None)


def view(found: View) -> dict[str, Any]:
    """A view as the API tells it."""
    return {
        "id": found.id,
        "list": found.list,
        "name": found.name,
        "query": found.query,
        "shared": found.shared,
        "mine": found.mine,
        "default": found.default,
        "owner": found.owner_name,
    }


def _checked(query: str) -> str:
    """A query that stands in an address without harm."""
    if not QUERY.fullmatch(query):
        raise Refused("view_query_malformed")
    return query
