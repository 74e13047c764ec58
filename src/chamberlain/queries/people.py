"""Who is there, and what each of them holds and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from chamberlain.errors import Conflict, NotFound
from chamberlain.model.activity import Activity, Source, Unknown, WhyUnknown
from chamberlain.model.actor import Actor
from chamberlain.model.holding import Holding, ServicePlan
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.observed import NIL
from chamberlain.model.page import Page
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require, require_person
from chamberlain.queries.holdings import first_holdings_of, holdings_of
from chamberlain.queries.known import require_known
from chamberlain.store import activity
from chamberlain.store.reads import keyset, past, people
from chamberlain.store.snapshot import snapshot

__all__ = ["Holding", "PeopleFilter", "PeopleSort", "Person", "PersonRow", "ServicePlan"]

MOST_REPORTS = 200
NOT_KEPT = Unknown(WhyUnknown.PAST, Source.ENTRA)
MOST_CANDIDATES = 6


class PeopleSort(Enum):
    """Orders a list of people can have."""

    NAME = "name"
    DEPARTMENT = "department"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people; every field narrows. None and "" narrow nothing.

    text      words, each a prefix of a word of name, user name, mail or job title
    licensed  holds at least one licence; admin: holds at least one directory role, directly or through a group
    """

    text: str = ""
    type: AccountType | None = None
    enabled: bool | None = None
    licensed: bool | None = None
    admin: bool | None = None
    department: str = ""
    sort: PeopleSort = PeopleSort.NAME


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list. `licences` and `roles` count permissions held now."""

    guid: UUID
    name: str
    user_name: str
    mail: str
    type: AccountType
    enabled: bool
    department: str
    job_title: str
    licences: int
    roles: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody as their account says, without anything that they hold. `facts`: as of a person."""

    row: PersonRow
    manager: PersonRow | None
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `facts` are profile lines as (label code, value), without empty ones.

    at       the time in the past that is told of; None: now
    present  whether they were in the tenant then; if not, their names are the ones last known and they held nothing
    activity when they last signed in, as it is known now
    numbers  how many there are of each kind, held (False) and owned (True), where `holdings` may not be all of them
    """

    row: PersonRow
    manager: PersonRow | None
    reports: tuple[PersonRow, ...]
    facts: tuple[tuple[str, str], ...]
    created_at: datetime | None
    first_seen: datetime
    gone_at: datetime | None
    holdings: tuple[Holding, ...]
    at: datetime | None = None
    present: bool = True
    activity: Activity = NOT_KEPT
    numbers: Mapping[tuple[Kind, bool], int] = field(default_factory=dict)


@snapshot()
def list_people(
    *, viewer: Actor, tenant: Tenant, filter: PeopleFilter, cursor: str | None = None, size: int = 50
) -> Page[PersonRow]:
    """People that match the filter, `size` (1 to 500) at a time.

    raises  Refused("not_allowed"), Refused("cursor_malformed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    listing = listing_of(tenant=tenant, filter=filter)
    found = keyset.fetch(listing, cursor=cursor, size=size)
    return Page(tuple(person_row(row) for row in found.rows), found.total, found.next, found.previous, found.more)


def first_people(*, viewer: Actor, tenant: Tenant, text: str, size: int) -> tuple[PersonRow, ...]:
    """The first people by name whom some words match, without asking how many there are."""
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    found = keyset.first(listing_of(tenant=tenant, filter=PeopleFilter(text=text)), size=size)
    return tuple(person_row(row) for row in found)


def listing_of(*, tenant: Tenant, filter: PeopleFilter) -> keyset.Listing:
    """The list as the store reads it, page by page or as a whole."""
    return people.listing(
        tenant_id=tenant.id,
        text=filter.text,
        type=filter.type.value if filter.type else None,
        enabled=filter.enabled,
        licensed=filter.licensed,
        admin=filter.admin,
        department=filter.department,
        sort=filter.sort.value,
    )


@snapshot()
def list_departments(*, viewer: Actor, tenant: Tenant) -> tuple[tuple[str, int], ...]:
    """Departments with the number of people in each, largest first."""
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    return tuple((row["name"], row["people"]) for row in people.departments(tenant_id=tenant.id))


@snapshot()
def find_person(
    *, viewer: Actor, tenant: Tenant, guid: UUID, at: datetime | None = None, most: int | None = None
) -> Person:
    """One person with everything they hold, or held at a time.

    most    of what they hold now only so many of each kind, and of licences all: somebody may be in thousands of groups
    raises  NotFound("person_not_found"), NotFound("nothing_known_then")
    """
    profile = _kept(viewer, tenant, guid)
    if at is not None:
        require_known(tenant_id=tenant.id, at=at)
    found = _person_now(tenant, guid, profile, most) if at is None else _person_then(tenant, guid, profile, at)
    if may(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id):
        return found
    return replace(found, manager=None, reports=())  # who sees only themselves sees no other person


@snapshot()
def find_profile(*, viewer: Actor, tenant: Tenant, guid: UUID) -> Profile:
    """One person, for what asks who they are and not what they hold: somebody may hold thousands of things.

    raises  Refused("not_allowed"), NotFound("person_not_found")
    """
    profile = _kept(viewer, tenant, guid)
    row, manager = _with_manager(tenant, guid, profile)
    is_shown = may(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    return Profile(row, manager if is_shown else None, _facts(profile))


def _kept(viewer: Actor, tenant: Tenant, guid: UUID) -> dict[str, Any]:
    require_person(viewer, tenant=tenant, guid=guid)
    profile = people.profile(tenant_id=tenant.id, guid=str(guid))
    if profile is None:
        raise NotFound("person_not_found", text=str(guid))
    return profile


def _with_manager(tenant: Tenant, guid: UUID, profile: dict[str, Any]) -> tuple[PersonRow, PersonRow | None]:
    wanted = [str(guid), *([profile["manager"]] if profile["manager"] else [])]
    found = {row["guid"]: person_row(row) for row in people.by_guids(tenant_id=tenant.id, guids=wanted)}
    return found[guid], found.get(UUID(profile["manager"])) if profile["manager"] else None


def _person_now(tenant: Tenant, guid: UUID, profile: dict[str, Any], most: int | None = None) -> Person:
    held, numbers = _held_now(tenant, profile["id"], most)
    row, manager = _with_manager(tenant, guid, profile)
    return Person(
        row=row,
        manager=manager,
        reports=tuple(
            person_row(row) for row in people.reports(tenant_id=tenant.id, guid=str(guid), limit=MOST_REPORTS)
        ),
        facts=_facts(profile),
        created_at=profile["created_at"],
        first_seen=profile["first_seen"],
        gone_at=profile["gone_at"],
        holdings=held,
        activity=activity.of(tenant.id, profile["id"], source=Source.ENTRA),
        numbers=numbers,
    )


def _held_now(
    tenant: Tenant, account_id: int, most: int | None
) -> tuple[tuple[Holding, ...], Mapping[tuple[Kind, bool], int]]:
    if most is None:
        return holdings_of(tenant_id=tenant.id, account_id=account_id), {}
    return first_holdings_of(tenant_id=tenant.id, account_id=account_id, most=most)


def _person_then(tenant: Tenant, guid: UUID, profile: dict[str, Any], at: datetime) -> Person:
    """As they were. Where they were not there: as they are now, without anything that they hold."""
    found = past.people(tenant_id=tenant.id, guids=[str(guid)], at=at)
    if not found:
        now = replace(_person_now(tenant, guid, profile), manager=None, reports=(), holdings=(), activity=NOT_KEPT)
        return replace(now, at=at, present=False)
    then = found[0]
    report_ids = past.reports(tenant_id=tenant.id, guid=str(guid), at=at, limit=MOST_REPORTS)
    others = past.people(tenant_id=tenant.id, guids=[*report_ids, then["manager"] or NIL], at=at)
    near = {str(row["guid"]): _row_then(row) for row in others}
    held = holdings_of(tenant_id=tenant.id, account_id=profile["id"], at=at)
    given = [holding.kind for holding in held if holding.effective]
    return Person(
        row=replace(_row_then(then), licences=given.count(Kind.LICENCE), roles=given.count(Kind.ROLE)),
        manager=near.get(then["manager"] or NIL),
        reports=tuple(sorted((near[id_] for id_ in report_ids if id_ in near), key=lambda row: row.name.lower())),
        facts=_facts(then),
        created_at=then["created_at"],
        first_seen=then["first_seen"],
        gone_at=profile["gone_at"],
        holdings=held,
        at=at,
    )


@snapshot()
def match_person(*, viewer: Actor, tenant: Tenant, text: str, at: datetime | None = None) -> Person:
    """The one person whose object id, user name or mail is `text`, or whom only it matches.

    With a time, everybody who is there or once was is searched, under the names that they have or had.

    raises  NotFound("person_not_found"), Conflict("person_ambiguous", candidates=...), NotFound("nothing_known_then")
    """
    return find_person(viewer=viewer, tenant=tenant, guid=_matched(viewer, tenant, text, at), at=at)


@snapshot()
def match_profile(*, viewer: Actor, tenant: Tenant, text: str) -> Profile:
    """The one whom `match_person` finds, without anything that they hold.

    raises  Refused("not_allowed"), NotFound("person_not_found"), Conflict("person_ambiguous", candidates=...)
    """
    return find_profile(viewer=viewer, tenant=tenant, guid=_matched(viewer, tenant, text, None))


def _matched(viewer: Actor, tenant: Tenant, text: str, at: datetime | None) -> UUID:
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    try:
        return UUID(text)
    except ValueError:
        search = people.matches if at is None else past.ever_matched
        found = search(tenant_id=tenant.id, text=text, limit=MOST_CANDIDATES)
    if not found:
        raise NotFound("person_not_found", text=text)
    if len(found) > 1:
        raise Conflict("person_ambiguous", text=text, candidates=", ".join(row["user_name"] for row in found))
    guid: UUID = found[0]["guid"]
    return guid


def _facts(profile: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in sorted(profile["facts"].items()))


def _row_then(row: dict[str, Any]) -> PersonRow:
    """Somebody at a time. Lists of the past do not count what everybody held."""
    return person_row({**row, "licences": 0, "roles": 0})


def person_row(row: dict[str, Any]) -> PersonRow:
    """A person in a list, from what the store selected."""
    return PersonRow(
        guid=row["guid"],
        name=row["name"],
        user_name=row["user_name"],
        mail=row["mail"],
        type=AccountType(row["type"]),
        enabled=row["enabled"],
        department=row["department"],
        job_title=row["job_title"],
        licences=row["licences"],
        roles=row["roles"],
    )
