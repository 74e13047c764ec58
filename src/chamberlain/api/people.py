"""People: the list, one person with everything they hold, now or at a time, and what changed."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from chamberlain.actions.note_view import note_view
from chamberlain.api import csv, shapes
from chamberlain.api.asking import moment_or_none, tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.consents import ConsentShape, consent
from chamberlain.api.history import EventShape, event
from chamberlain.api.paging import USUAL, At, Cursor, Limit, Listing, Search, listing
from chamberlain.audit.event import EventName
from chamberlain.model.activity import Activity, LastUsed, Source, Unknown, WhyUnknown
from chamberlain.model.api_token import TokenScope
from chamberlain.model.kind import AccountType
from chamberlain.model.view import ListName
from chamberlain.queries import consents, history, lists, people
from chamberlain.queries.people import PeopleFilter, PeopleSort, Person, PersonRow
from chamberlain.queries.state import one_state

router = Router(tags=["people"])
ROOT = "/tenants/{tenant}/people"


# Fields of the CSV, and the columns of the list that they show.
AS_CSV = {
    "id": "object_id",
    "name": "name",
    "user_name": "user_name",
    "email": "mail",
    "type": "type",
    "enabled": "state",
    "department": "department",
    "job_title": "job_title",
    "licences": "licences",
    "roles": "roles",
    "last_sign_in": "last_sign_in",
}


class PersonType(Enum):
    """What kind of account a person has."""

    MEMBER = "member"
    GUEST = "guest"


class Status(Enum):
    """Whether they may sign in to Microsoft."""

    ACTIVE = "active"
    BLOCKED = "blocked"


class PersonShape(Schema):
    """A person in a list. `licences` and `roles` count what they hold."""

    id: UUID = Field(description="Microsoft's object id.")
    name: str
    user_name: str
    email: str
    type: AccountType
    status: Status
    department: str
    job_title: str
    licences: int
    roles: int


class ActivityShape(Schema):
    """When somebody last signed in, or why nobody knows: one of `last_used_at` and `unknown` is null."""

    last_used_at: datetime | None
    succeeded: bool | None = Field(description="False where only an attempt to sign in is on record.")
    unknown: WhyUnknown | None = Field(description="Why nobody knows. It is never the same as never used.")
    source: Source
    as_of: datetime | None = Field(description="When the source was asked.")


class PersonWhole(PersonShape):
    """A person with everything they hold and why."""

    manager: PersonShape | None
    reports: list[PersonShape]
    facts: list[shapes.Fact]
    created_at: datetime | None
    first_seen_at: datetime
    gone_at: datetime | None
    at: datetime | None = Field(description="The time in the past that is told of; null: now.")
    present: bool = Field(description="Whether they were in the tenant then.")
    activity: ActivityShape
    holdings: list[shapes.HoldingShape]


class Department(Schema):
    """A department and how many people are in it."""

    name: str
    people: int


@router.get(ROOT, response=Listing[PersonShape], operation_id="listPeople", **csv.listed(TokenScope.READ_DIRECTORY))
def list_people(
    request: HttpRequest,
    *,
    tenant: str,
    search: Search = "",
    type: PersonType | None = None,
    status: Status | None = None,
    licensed: Annotated[bool | None, Query(description="Holds a licence.")] = None,
    admin: Annotated[bool | None, Query(description="Holds a directory role.")] = None,
    department: Annotated[str, Query(max_length=200)] = "",
    sort: PeopleSort = PeopleSort.NAME,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> dict[str, Any] | StreamingHttpResponse:
    """People that match; every filter narrows. As CSV, cursor and limit do not count."""
    wanted = PeopleFilter(
        text=search,
        type=AccountType(type.value) if type else None,
        enabled=status is Status.ACTIVE if status else None,
        licensed=licensed,
        admin=admin,
        department=department,
        sort=sort,
    )
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    if csv.is_asked(request):
        rows = lists.export_people(viewer=viewer, tenant=found, filter=wanted, columns=(*AS_CSV.values(),))
        return csv.answer(rows, request=request, actor=viewer, tenant=found, list_name=ListName.PEOPLE, fields=AS_CSV)
    page = people.list_people(viewer=viewer, tenant=found, filter=wanted, cursor=cursor, size=limit)
    return listing(request, page, shape=person)


@router.get(
    "/tenants/{tenant}/departments",
    response=list[Department],
    operation_id="listDepartments",
    **needs(TokenScope.READ_DIRECTORY),
)
def list_departments(request: HttpRequest, *, tenant: str) -> list[dict[str, Any]]:
    """Departments, the largest first."""
    found = people.list_departments(viewer=viewer_of(request), tenant=tenant_of(request, tenant))
    return [{"name": name, "people": number} for name, number in found]


@router.get(ROOT + "/{person_id}", response=PersonWhole, operation_id="getPerson", **needs(TokenScope.READ_DIRECTORY))
def get_person(request: HttpRequest, *, tenant: str, person_id: UUID, at: At = None) -> dict[str, Any]:
    """One person with everything they hold and every path to it, now or at a time."""
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    with one_state():
        one = people.find_person(viewer=viewer, tenant=found, guid=person_id, at=moment_or_none(at))
    note_view(EventName.PERSON_VIEWED, actor=viewer, tenant=found, subject=str(person_id))
    return whole(one)


@router.get(
    ROOT + "/{person_id}/history",
    response=Listing[EventShape],
    operation_id="getPersonHistory",
    **needs(TokenScope.READ_HISTORY),
)
def person_history(
    request: HttpRequest, *, tenant: str, person_id: UUID, cursor: Cursor = None, limit: Limit = USUAL
) -> dict[str, Any]:
    """What they came to hold or held no longer, newest first."""
    page = history.person_history(
        viewer=viewer_of(request), tenant=tenant_of(request, tenant), guid=person_id, cursor=cursor, size=limit
    )
    return listing(request, page, shape=event)


@router.get(
    ROOT + "/{person_id}/consents",
    response=list[ConsentShape],
    operation_id="listPersonConsents",
    **needs(TokenScope.READ_DIRECTORY),
)
def person_consents(request: HttpRequest, *, tenant: str, person_id: UUID, at: At = None) -> list[dict[str, Any]]:
    """Applications that may act in this person's name alone."""
    found = consents.consents_of(
        viewer=viewer_of(request), tenant=tenant_of(request, tenant), guid=person_id, at=moment_or_none(at)
    )
    return [consent(one) for one in found]


def person(row: PersonRow) -> dict[str, Any]:
    """A person in a list."""
    return {
        "id": row.guid,
        "name": row.name,
        "user_name": row.user_name,
        "email": row.mail,
        "type": row.type,
        "status": shapes.status(enabled=row.enabled),
        "department": row.department,
        "job_title": row.job_title,
        "licences": row.licences,
        "roles": row.roles,
    }


def whole(found: Person) -> dict[str, Any]:
    """A person with everything."""
    return {
        **person(found.row),
        "manager": person(found.manager) if found.manager else None,
        "reports": [person(row) for row in found.reports],
        "facts": shapes.facts(found.facts),
        "created_at": found.created_at,
        "first_seen_at": found.first_seen,
        "gone_at": found.gone_at,
        "at": found.at,
        "present": found.present,
        "activity": activity(found.activity),
        "holdings": [shapes.holding(one) for one in found.holdings],
    }


def activity(found: Activity) -> dict[str, Any]:
    """When somebody last signed in, as the API tells it."""
    known = found if isinstance(found, LastUsed) else None
    return {
        "last_used_at": known.at if known else None,
        "succeeded": known.succeeded if known else None,
        "unknown": found.why if isinstance(found, Unknown) else None,
        "source": found.source,
        "as_of": found.as_of,
    }
