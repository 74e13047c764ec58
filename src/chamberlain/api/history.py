"""The past: events of a person or a permission, and the differences between two times."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from chamberlain import clock
from chamberlain.api import shapes
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.paging import USUAL, Cursor, Limit, Listing, listing
from chamberlain.model.api_token import TokenScope
from chamberlain.model.change import AccountChange, Change, GrantChange, HistoryEvent, PermissionChange, Section
from chamberlain.policy.moment import read_moment
from chamberlain.queries import history

router = Router(tags=["history"])

From = Annotated[
    str, Query(alias="from", max_length=40, description="A time, ISO 8601; a date alone is its beginning.")
]
To = Annotated[str | None, Query(max_length=40, description="A later time; a date alone is its end. Unset: now.")]


class EventShape(Schema):
    """At a time, a way of holding began, ended, or changed its details: then it is both opened and closed."""

    at: datetime
    opened: bool
    closed: bool
    relation: str
    holder: shapes.HolderShape | None
    permission: shapes.PermissionLink | None
    via: shapes.PermissionLink | None
    was: dict[str, Any] | None
    became: dict[str, Any] | None
    began_at: datetime | None
    last_seen_at: datetime | None


class PropertyShape(Schema):
    """A property's value at both times."""

    name: str
    was: str
    became: str


class ChangeShape(Schema):
    """One difference. What it is of is told by `section`; what does not belong to that is null or empty."""

    section: Section
    holder: shapes.HolderShape | None
    permission: shapes.PermissionLink | None
    app: str
    relation: str | None
    via: shapes.PermissionLink | None
    properties: list[PropertyShape]
    was: list[dict[str, Any]]
    became: list[dict[str, Any]]
    opened_at: datetime | None
    closed_at: datetime | None
    last_seen_at: datetime | None


class Differences(Schema):
    """How many differences there are of each section, and the first of them."""

    begin: datetime
    end: datetime
    totals: dict[str, int]
    changes: list[ChangeShape]


@router.get(
    "/tenants/{tenant}/changes",
    response=Differences,
    operation_id="compareTimes",
    **needs(TokenScope.READ_HISTORY),
)
def compare(
    request: HttpRequest,
    *,
    tenant: str,
    begin: From,
    to: To = None,
    person: Annotated[UUID | None, Query(description="Only what concerns this person.")] = None,
    permission: Annotated[str | None, Query(max_length=200, description="Only what concerns this permission.")] = None,
    limit: Limit = USUAL,
) -> dict[str, Any]:
    """What is different at one time from what was at another: the first `limit` of each section."""
    since, until = _period(begin, to)
    found = history.find_differences(
        viewer=viewer_of(request),
        tenant=tenant_of(request, tenant),
        begin=since,
        end=until,
        person=person,
        permission=permission,
        limit=limit,
    )
    return {
        "begin": found.begin,
        "end": found.end,
        "totals": {section.value: total for section, total in found.totals.items()},
        "changes": [change(one) for changes in found.changes.values() for one in changes],
    }


@router.get(
    "/tenants/{tenant}/changes/{section}",
    response=Listing[ChangeShape],
    operation_id="listChanges",
    **needs(TokenScope.READ_HISTORY),
)
def list_changes(
    request: HttpRequest,
    *,
    tenant: str,
    section: Section,
    begin: From,
    to: To = None,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> dict[str, Any]:
    """One section of the differences, page by page. Name `to`, or pages may tell of different times."""
    since, until = _period(begin, to)
    page = history.list_differences(
        viewer=viewer_of(request),
        tenant=tenant_of(request, tenant),
        section=section,
        begin=since,
        end=until,
        cursor=cursor,
        size=limit,
    )
    return listing(request, page, shape=change)


def event(found: HistoryEvent) -> dict[str, Any]:
    """An event as the API tells it."""
    return {
        "at": found.at,
        "opened": found.opened,
        "closed": found.closed,
        "relation": found.relation.name.lower(),
        "holder": shapes.holder(found.holder),
        "permission": shapes.link_or_none(found.permission),
        "via": shapes.link_or_none(found.via),
        "was": found.was,
        "became": found.became,
        "began_at": found.began,
        "last_seen_at": found.last_seen,
    }


def change(found: Change) -> dict[str, Any]:
    """A difference as the API tells it."""
    return {**NOTHING, "section": found.section, **_told(found)}


def _told(found: Change) -> dict[str, Any]:
    if isinstance(found, GrantChange):
        return {
            "holder": shapes.holder(found.holder),
            "permission": shapes.link(found.permission),
            "app": found.app,
            "relation": found.relation.name.lower(),
            "via": shapes.link_or_none(found.via),
            "was": [*found.was],
            "became": [*found.became],
            "opened_at": found.opened_at,
            "closed_at": found.closed_at,
            "last_seen_at": found.last_seen,
        }
    return {**_object(found), "properties": [_property(one) for one in found.properties]}


def _object(found: AccountChange | PermissionChange) -> dict[str, Any]:
    if isinstance(found, PermissionChange):
        return {"permission": shapes.link(found.link), "app": found.app}
    account = {"id": found.guid, "name": found.name, "user_name": found.user_name}
    return {"holder": {**account, "type": None, "key": None, "kind": None}}


def _property(found: Any) -> dict[str, str]:
    return {"name": found.name, "was": found.was, "became": found.became}


def _period(begin: str, end: str | None) -> tuple[datetime, datetime]:
    now = clock.now()
    return read_moment(begin, now=now, ends=False), read_moment(end, now=now) if end else now


NOTHING: dict[str, Any] = {
    "holder": None,
    "permission": None,
    "app": "",
    "relation": None,
    "via": None,
    "properties": [],
    "was": [],
    "became": [],
    "opened_at": None,
    "closed_at": None,
    "last_seen_at": None,
}
