"""Who is there, and what each of them holds and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from chamberlain.model.actor import Actor
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.page import Page
from chamberlain.model.path import Path
from chamberlain.model.tenant import Tenant


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
class ServicePlan:
    """A product inside a licence, switched on or off for the holder."""

    key: str
    name: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """A permission that a person holds, with every way in which they hold it.

    since      first seen, the earliest of all paths
    owner      holds it as owner (then `paths` is that ownership), not as member
    effective  False for a licence that Microsoft could not assign (all its states are errors)
    plans      service plans, for licences
    app        the application's name, for products
    """

    key: str
    kind: Kind
    name: str
    description: str
    app: str
    since: datetime
    owner: bool
    effective: bool
    paths: tuple[Path, ...]
    plans: tuple[ServicePlan, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `facts` are profile lines as (label code, value), without empty ones."""

    row: PersonRow
    manager: PersonRow | None
    reports: tuple[PersonRow, ...]
    facts: tuple[tuple[str, str], ...]
    created_at: datetime | None
    first_seen: datetime
    gone_at: datetime | None
    holdings: tuple[Holding, ...]


def list_people(
    *, viewer: Actor, tenant: Tenant, filter: PeopleFilter, cursor: str | None = None, size: int = 50
) -> Page[PersonRow]:
    """People that match the filter, `size` (1 to 500) at a time."""
    raise NotImplementedError


def list_departments(*, viewer: Actor, tenant: Tenant) -> tuple[tuple[str, int], ...]:
    """Departments with the number of people in each, largest first."""
    raise NotImplementedError


def find_person(*, viewer: Actor, tenant: Tenant, guid: UUID) -> Person:
    """One person with everything they hold.

    raises  NotFound("person_not_found")
    """
    raise NotImplementedError


def match_person(*, viewer: Actor, tenant: Tenant, text: str) -> Person:
    """The one person whose object id, user name or mail is `text`, or whom only it matches.

    raises  NotFound("person_not_found"), Conflict("person_ambiguous", candidates=...)
    """
    raise NotImplementedError
