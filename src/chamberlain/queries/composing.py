"""What can be chosen from while changes are put together: who, what they hold, licences, services, parts of it all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chamberlain import clock
from chamberlain.errors import NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.kind import GROUP_KINDS, Family, Kind, Relation
from chamberlain.model.mailbox import is_object_id
from chamberlain.model.plan import Change, Subject, SubjectType
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.planning.mailbox_obstacles import other_of, other_or_address
from chamberlain.policy.seats import taken_seats, usable_seats
from chamberlain.queries import people, permissions
from chamberlain.queries.permissions import PermissionFilter, PermissionRow
from chamberlain.store.reads import composing as store
from chamberlain.store.reads import keyset

MOST_HELD, MOST_SCOPES, MOST_GONE = 200, 20, 20
# For so long Microsoft keeps who was deleted.
# source  https://learn.microsoft.com/graph/api/directory-deleteditems-restore (2026)
IN_BIN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something with what it is called. `note`: the user name, or the kind of permission."""

    key: str
    name: str
    note: str = ""
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Something that is held directly. `by`: who holds it; `scope`: of a role; `off`: services of a licence."""

    key: str
    name: str
    kind: Kind
    scope: str
    by: tuple[str, ...]
    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held directly, by name. `has_more`: there is more than these."""

    things: tuple[Held, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class LicenceChoice:
    """A licence of the tenant. `seats` None: not known or without end."""

    key: str
    name: str
    seats: int | None
    used: int

    @property
    def free(self) -> int | None:
        """Seats that nobody has; None: not known, or without end."""
        return None if self.seats is None else max(0, self.seats - self.used)


def named(*, viewer: Actor, tenant: Tenant, subjects: Iterable[Subject], keys: Iterable[str] = ()) -> dict[str, Named]:
    """What subjects and permissions are called, by key ("account:<id>", "group:<id>"); strangers are missing.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    asked = list(subjects)
    guids = {one.guid for one in asked if one.type is SubjectType.ACCOUNT and one.guid}
    groups = {one.key for one in asked if one.type is SubjectType.GROUP}
    found = store.names(tenant_id=tenant.id, guids=guids, keys={*keys, *groups})
    return {row["id"]: Named(row["id"], row["name"], row["note"], row["gone_at"]) for row in found}


def names_of(*, viewer: Actor, tenant: Tenant, changes: Sequence[Change]) -> tuple[tuple[Change, str, str], ...]:
    """Changes with what whom and what they concern are called; those whose subject or permission is not there are out.

    raises  Refused("not_allowed")
    """
    keys = {key for one in changes for key in (one.permission, one.options.instead_of) if key}
    others = [Subject(guid) for one in changes if is_object_id(guid := other_of(one))]
    known = named(viewer=viewer, tenant=tenant, subjects=[*(one.subject for one in changes), *others], keys=keys)
    return tuple(
        (one, _called(one, known), known[one.permission].name if one.permission else _other_called(one, known))
        for one in changes
        if (not one.subject.guid or one.subject.key in known)
        and all(key in known for key in (one.permission, one.options.instead_of) if key)
    )


def _other_called(change: Change, known: dict[str, Named]) -> str:
    found = known.get(Subject(other_of(change)).key)
    return other_or_address(change) if found is None else found.name.strip() or found.note


def _called(change: Change, known: dict[str, Named]) -> str:
    if change.subject.guid:
        found = known[change.subject.key]
        return found.name if found.name.strip() or change.subject.type is SubjectType.GROUP else found.note
    properties = change.options.properties
    return str(properties.get("displayName") or properties.get("userPrincipalName") or "")


def held_directly(
    *,
    viewer: Actor,
    tenant: Tenant,
    subjects: Iterable[Subject],
    family: Family,
    relation: Relation,
    key: str = "",
    most: int = MOST_HELD,
) -> Holding:
    """What any of these holds directly, each thing once, in the order of names; nobody is put in or out by a rule.

    key     of the one permission that it is about; "" for all of them
    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    asked = list(subjects)
    rows = store.held(
        tenant_id=tenant.id,
        guids=[one.guid for one in asked if one.type is SubjectType.ACCOUNT and one.guid],
        groups=[one.key for one in asked if one.type is SubjectType.GROUP],
        family=int(family),
        relation=int(relation),
        key=key,
        most=most + 1,
    )
    found: dict[tuple[str, str], Held] = {}
    for row in rows:
        detail, scope = row["detail"] or {}, row["scope"]
        before = found.get((row["key"], scope))
        by = (*(before.by if before else ()), row["subject"])
        off = tuple(sorted(detail.get("disabled") or ())) if before is None else before.off
        found[row["key"], scope] = Held(row["key"], row["name"], Kind(row["kind"]), scope, by, off)
    return Holding(tuple(found.values())[:most], has_more=len(found) > most)


def licences(*, viewer: Actor, tenant: Tenant) -> tuple[LicenceChoice, ...]:
    """Licences that there are, by name.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    return tuple(_licence(row) for row in store.licences(tenant_id=tenant.id))


def services(*, viewer: Actor, tenant: Tenant, licence: str) -> tuple[tuple[str, str], ...]:
    """Ids and names of the services in a licence, which is named by its key; empty where there is no such licence.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    try:
        guid = str(UUID(licence.partition(":")[2]))
    except ValueError:
        return ()
    return tuple((row["guid"], row["name"]) for row in store.services(tenant_id=tenant.id, licence=guid))


def service_names(*, viewer: Actor, tenant: Tenant, guids: Iterable[str]) -> dict[str, str]:
    """What services are called, by id; those that are not in the tenant are missing.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_TENANT, tenant_id=tenant.id)
    wanted = sorted(set(guids))
    return store.service_names(tenant_id=tenant.id, guids=wanted) if wanted else {}


def scopes_in_use(*, viewer: Actor, tenant: Tenant) -> tuple[str, ...]:
    """Parts of the directory that roles are held in now.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    return tuple(store.scopes(tenant_id=tenant.id, limit=MOST_SCOPES))


def gone_people(*, viewer: Actor, tenant: Tenant, text: str) -> tuple[Named, ...]:
    """People who were seen in the tenant and left it lately enough to be in its bin, the latest first.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    since = clock.now() - IN_BIN_FOR
    found = store.gone(tenant_id=tenant.id, text=text.strip(), since=since, limit=MOST_GONE)
    return tuple(Named(f"account:{row['guid']}", row["name"], row["user_name"], row["gone_at"]) for row in found)


def things(*, viewer: Actor, tenant: Tenant, text: str, kinds: Iterable[Kind], size: int) -> tuple[PermissionRow, ...]:
    """The first permissions of these kinds whom some words match, by name; services in a licence are none.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    found = [
        permissions.permission_row(row)
        for kind in kinds
        for row in keyset.first(
            permissions.listing_of(tenant=tenant, filter=PermissionFilter(kind=kind, text=text)),
            size=size * 3 if kind is Kind.PRODUCT else size,
        )
    ]
    kept = [row for row in found if not row.key.startswith("service_plan:")]
    return tuple(sorted(kept, key=lambda row: (row.name.lower(), row.key))[:size])


def holders(*, viewer: Actor, tenant: Tenant, text: str, size: int, with_groups: bool) -> tuple[Named, ...]:
    """The first people whom some words match, and groups where those may hold it, too.

    raises  Refused("not_allowed")
    """
    found = people.first_people(viewer=viewer, tenant=tenant, text=text, size=size)
    persons = tuple(Named(f"account:{row.guid}", row.name, row.user_name) for row in found)
    if not with_groups:
        return persons
    groups = things(viewer=viewer, tenant=tenant, text=text, kinds=sorted(GROUP_KINDS, key=str), size=size)
    return (*persons, *(Named(row.key, row.name, row.kind.value) for row in groups))


def _licence(row: Mapping[str, Any]) -> LicenceChoice:
    facts = row["facts"]
    return LicenceChoice(row["key"], row["name"], usable_seats(facts), taken_seats(facts))


def properties_of(*, viewer: Actor, tenant: Tenant, guid: UUID) -> dict[str, str]:
    """What is known of somebody by Graph's names, as far as a plan may change it; strangers have nothing.

    The manager is told by user name. Names, nicknames, states and languages are not read, and therefore not here.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    try:
        person = people.find_profile(viewer=viewer, tenant=tenant, guid=guid)
    except NotFound:
        return {}
    facts = dict(person.facts)
    found = {name: facts.get(fact, "") for name, fact in _FACTS.items()}
    return found | {
        "displayName": person.row.name,
        "userPrincipalName": person.row.user_name,
        "jobTitle": person.row.job_title,
        "department": person.row.department,
        "manager": person.manager.user_name if person.manager else "",
    }


_FACTS = {
    "companyName": "company",
    "officeLocation": "office",
    "city": "city",
    "country": "country",
    "usageLocation": "usage_location",
    "employeeId": "employee_id",
    "employeeType": "employee_type",
}


def called(
    *, viewer: Actor, tenant: Tenant, services: Iterable[str], keys: Iterable[str], accounts: Iterable[str]
) -> dict[str, str]:
    """Names of services by id, of permissions by key, and of people by "account:<id>"; strangers are missing.

    raises  Refused("not_allowed")
    """
    subjects = [Subject(key.partition(":")[2]) for key in accounts]
    found = named(viewer=viewer, tenant=tenant, subjects=subjects, keys=keys)
    return service_names(viewer=viewer, tenant=tenant, guids=services) | {key: one.name for key, one in found.items()}
