"""Permissions: the lists by kind, one permission, who holds it, who may activate it, and what changed."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from chamberlain.actions.note_view import note_view
from chamberlain.api import csv, shapes
from chamberlain.api.asking import moment_or_none, tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.history import EventShape, event
from chamberlain.api.paging import USUAL, At, Cursor, Limit, Listing, Search, listing
from chamberlain.api.people import Status
from chamberlain.audit.event import EventName
from chamberlain.model.api_token import TokenScope
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.view import ListName
from chamberlain.queries import history, lists, permissions
from chamberlain.queries.permissions import MemberRow, Permission, PermissionFilter, PermissionRow

router = Router(tags=["permissions"])
ROOT = "/tenants/{tenant}/permissions"

# Fields of the CSV, and the columns of the list that they show.
AS_CSV = {
    "key": "key",
    "kind": "kind",
    "name": "name",
    "description": "description",
    "app": "app",
    "email": "mail",
    "members": "members",
    "people": "people",
    "owners": "owners",
    "dynamic": "dynamic",
    "on_premises": "on_premises",
    "role_assignable": "role_assignable",
    "privileged": "privileged",
}

Key = Annotated[str, Path(max_length=200, description="For example group:7a3c…, licence:6fd2… or role:62e9….")]


class PermissionShape(Schema):
    """A permission in a list."""

    key: str
    kind: Kind
    name: str
    description: str
    app: str
    email: str
    members: int = Field(description="Accounts and groups that hold it directly.")
    people: int = Field(description="People who hold it by whatever path.")
    owners: int | None = Field(
        description="null: unknown, needs Exchange; Microsoft Graph has no owners for this kind."
    )
    dynamic: bool
    on_premises: bool
    role_assignable: bool
    everyone: bool = Field(description="The application lets everybody in.")
    privileged: bool
    not_read_since: datetime | None = Field(
        description="When it was read last, where the last sync left it out; null: it is as fresh as the rest."
    )


class OwnerShape(Schema):
    """An owner of a group."""

    id: UUID
    name: str
    type: AccountType


class PermissionWhole(PermissionShape):
    """A permission with what is around it."""

    rule: str = Field(description="The membership rule of a dynamic group; the filter of a dynamic distribution group.")
    owned_by: list[OwnerShape]
    inside: list[shapes.PermissionLink] = Field(description="Groups of which it is a direct member.")
    contains: list[shapes.PermissionLink] = Field(description="Groups that are direct members of it.")
    gives: list[shapes.PermissionLink] = Field(description="What direct members of this group receive.")
    facts: list[shapes.Fact]
    first_seen_at: datetime
    gone_at: datetime | None
    at: datetime | None
    present: bool
    ends_are_told: bool = Field(description="false: until when a role is held is unknown where no end is told.")


class HolderWhole(Schema):
    """Somebody who holds a permission, with every path."""

    id: UUID
    name: str
    user_name: str
    type: AccountType
    status: Status
    since: datetime
    paths: list[shapes.PathShape]


@router.get(
    ROOT, response=Listing[PermissionShape], operation_id="listPermissions", **csv.listed(TokenScope.READ_DIRECTORY)
)
def list_permissions(
    request: HttpRequest,
    *,
    tenant: str,
    search: Search = "",
    kind: Kind | None = None,
    dynamic: bool | None = None,
    on_premises: bool | None = None,
    empty: Annotated[bool | None, Query(description="Nobody holds it.")] = None,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> dict[str, Any] | StreamingHttpResponse:
    """Permissions that match, by name; every filter narrows. As CSV, cursor and limit do not count."""
    wanted = PermissionFilter(kind=kind, text=search, dynamic=dynamic, on_premises=on_premises, empty=empty)
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    if csv.is_asked(request):
        rows = lists.export_permissions(viewer=viewer, tenant=found, filter=wanted, columns=(*AS_CSV.values(),))
        name = ListName.of(kind)
        return csv.answer(rows, request=request, actor=viewer, tenant=found, list_name=name, fields=AS_CSV)
    page = permissions.list_permissions(viewer=viewer, tenant=found, filter=wanted, cursor=cursor, size=limit)
    return listing(request, page, shape=permission)


@router.get(ROOT + "/{key}", response=PermissionWhole, operation_id="getPermission", **needs(TokenScope.READ_DIRECTORY))
def get_permission(request: HttpRequest, *, tenant: str, key: Key, at: At = None) -> dict[str, Any]:
    """One permission, now or at a time."""
    found = permissions.find_permission(
        viewer=viewer_of(request), tenant=tenant_of(request, tenant), key=key, at=moment_or_none(at)
    )
    return whole(found)


@router.get(
    ROOT + "/{key}/holders",
    response=Listing[HolderWhole],
    operation_id="listHolders",
    **needs(TokenScope.READ_DIRECTORY),
)
def list_holders(
    request: HttpRequest,
    *,
    tenant: str,
    key: Key,
    search: Search = "",
    at: At = None,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> dict[str, Any]:
    """Accounts that hold it, with every path, by name, now or at a time."""
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    page = permissions.list_members(
        viewer=viewer, tenant=found, key=key, text=search, cursor=cursor, size=limit, at=moment_or_none(at)
    )
    note_view(EventName.HOLDERS_VIEWED, actor=viewer, tenant=found, subject=key)
    return listing(request, page, shape=holder)


@router.get(
    ROOT + "/{key}/eligible",
    response=list[HolderWhole],
    operation_id="listEligible",
    **needs(TokenScope.READ_DIRECTORY),
)
def list_eligible(request: HttpRequest, *, tenant: str, key: Key, at: At = None) -> list[dict[str, Any]]:
    """The first 200 accounts that may activate a role and do not hold it otherwise."""
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    rows = permissions.list_eligible(viewer=viewer, tenant=found, key=key, at=moment_or_none(at))
    note_view(EventName.HOLDERS_VIEWED, actor=viewer, tenant=found, subject=key)
    return [holder(row) for row in rows]


@router.get(
    ROOT + "/{key}/history",
    response=Listing[EventShape],
    operation_id="getPermissionHistory",
    **needs(TokenScope.READ_HISTORY),
)
def permission_history(
    request: HttpRequest, *, tenant: str, key: Key, cursor: Cursor = None, limit: Limit = USUAL
) -> dict[str, Any]:
    """Who came to hold it directly or did so no longer, newest first."""
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    page = history.permission_history(viewer=viewer, tenant=found, key=key, cursor=cursor, size=limit)
    note_view(EventName.HOLDERS_VIEWED, actor=viewer, tenant=found, subject=key)
    return listing(request, page, shape=event)


def permission(row: PermissionRow) -> dict[str, Any]:
    """A permission in a list."""
    return {
        "key": row.key,
        "kind": row.kind,
        "name": row.name,
        "description": row.description,
        "app": row.app,
        "email": row.mail,
        "members": row.members,
        "people": row.people,
        "owners": row.owners,
        "dynamic": row.dynamic,
        "on_premises": row.on_premises,
        "role_assignable": row.role_assignable,
        "everyone": row.everyone,
        "privileged": row.privileged,
        "not_read_since": row.unread,
    }


def whole(found: Permission) -> dict[str, Any]:
    """A permission with what is around it."""
    return {
        **permission(found.row),
        "rule": found.rule,
        "owned_by": [{"id": one.guid, "name": one.name, "type": one.type} for one in found.owners],
        "inside": shapes.links(found.inside),
        "contains": shapes.links(found.contains),
        "gives": shapes.links(found.gives),
        "facts": shapes.facts(found.facts),
        "first_seen_at": found.first_seen,
        "gone_at": found.gone_at,
        "at": found.at,
        "present": found.present,
        "ends_are_told": found.endless,
    }


def holder(row: MemberRow) -> dict[str, Any]:
    """Somebody who holds a permission."""
    return {
        "id": row.guid,
        "name": row.name,
        "user_name": row.user_name,
        "type": row.type,
        "status": shapes.status(enabled=row.enabled),
        "since": row.since,
        "paths": [shapes.path(one) for one in row.paths],
    }
