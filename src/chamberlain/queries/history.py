"""What changed when: a person's history, a permission's, and the differences of a tenant between two times."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from chamberlain.errors import NotFound, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.change import (
    AccountChange,
    Change,
    GrantChange,
    HistoryEvent,
    Holder,
    PermissionChange,
    Property,
    Section,
)
from chamberlain.model.kind import AccountType, Family, Kind, Relation
from chamberlain.model.page import Page
from chamberlain.model.path import Link
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import (
    Deed,
    require,
    require_permission,
    require_person,
)
from chamberlain.queries.known import require_known
from chamberlain.store.reads import history, keyset, people, permissions
from chamberlain.store.reads.changes import Period
from chamberlain.store.snapshot import snapshot

Row = dict[str, Any]
MOST_LOOKED_AT = 20_000
UNSAID = ("facts",)  # told property by property, not as a whole


@dataclass(frozen=True, slots=True)
class Moments:
    """When something changed, oldest first; before `since` nothing is known.

    looked  False where looking takes longer than a page may, and nobody asked for it: then `changes` is empty
    """

    since: datetime
    changes: tuple[datetime, ...]
    looked: bool = True

    def before(self, at: datetime) -> datetime | None:
        """The last change before a time."""
        return max((one for one in self.changes if one < at), default=None)

    def after(self, at: datetime) -> datetime | None:
        """The first change after a time."""
        return min((one for one in self.changes if one > at), default=None)


@dataclass(frozen=True, slots=True)
class Differences:
    """The start of each section, with the number of all that is in it."""

    begin: datetime
    end: datetime
    totals: dict[Section, int]
    changes: dict[Section, tuple[Change, ...]]


@snapshot()
def person_moments(*, viewer: Actor, tenant: Tenant, guid: UUID) -> Moments:
    """When something about a person or what they hold changed.

    raises  NotFound("person_not_found"), NotFound("nothing_known_yet")
    """
    require_person(viewer, tenant=tenant, guid=guid)
    found = history.moments_of_person(tenant_id=tenant.id, account_id=_account_id(tenant, guid))
    return _moments(tenant, found)


@snapshot()
def permission_moments(*, viewer: Actor, tenant: Tenant, key: str, patient: bool = True) -> Moments:
    """When something about a permission or who holds it changed.

    patient  look however long it takes; otherwise only where no more than MOST_LOOKED_AT hold it now
    raises  NotFound("permission_not_found"), NotFound("nothing_known_yet")
    """
    require_permission(viewer, tenant_id=tenant.id, key=key)
    row = _permission_row(tenant, key)
    if not patient and max(row["members"], row["people"]) > MOST_LOOKED_AT:
        return replace(_moments(tenant, []), looked=False)
    found = history.moments_of_permission(
        tenant_id=tenant.id, permission_id=row["id"], is_group=Family(row["family"]).is_group
    )
    return _moments(tenant, found)


@snapshot()
def person_history(
    *, viewer: Actor, tenant: Tenant, guid: UUID, cursor: str | None = None, size: int = 50
) -> Page[HistoryEvent]:
    """What a person came to hold or held no longer, by whatever path, newest first.

    raises  NotFound("person_not_found"), Refused("cursor_malformed")
    """
    require_person(viewer, tenant=tenant, guid=guid)
    listing = history.events_of_person(tenant_id=tenant.id, account_id=_account_id(tenant, guid))
    found = keyset.fetch(listing, cursor=cursor, size=size)
    return Page(tuple(_person_event(row) for row in found.rows), found.total, found.next, found.previous)


@snapshot()
def permission_history(
    *, viewer: Actor, tenant: Tenant, key: str, cursor: str | None = None, size: int = 50
) -> Page[HistoryEvent]:
    """Who came to hold a permission directly since the first sync or did so no longer, newest first.

    raises  NotFound("permission_not_found"), Refused("cursor_malformed")
    """
    require_permission(viewer, tenant_id=tenant.id, key=key)
    row = _permission_row(tenant, key)
    since = history.known_since(tenant_id=tenant.id)
    if since is None:
        return Page((), 0, None, None)
    listing = history.events_of_permission(tenant_id=tenant.id, permission_id=row["id"], since=since)
    found = keyset.fetch(listing, cursor=cursor, size=size)
    return Page(tuple(_permission_event(row) for row in found.rows), found.total, found.next, found.previous)


@snapshot()
def known_since(*, viewer: Actor, tenant: Tenant) -> datetime | None:
    """When the tenant was first looked at; None before."""
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    return history.known_since(tenant_id=tenant.id)


@snapshot()
def find_differences(
    *,
    viewer: Actor,
    tenant: Tenant,
    begin: datetime,
    end: datetime,
    person: UUID | None = None,
    permission: str | None = None,
    limit: int = 50,
) -> Differences:
    """What is different at `end` from what was at `begin`: the first `limit` of each section, and how many there are.

    raises  Refused("period_reversed"), NotFound("nothing_known_then"), NotFound("person_not_found"),
            NotFound("permission_not_found")
    """
    period = _period(viewer, tenant, begin, end, person, permission)
    totals = {Section(name): total for name, total in period.totals().items()}
    changes = {
        section: tuple(_change(row) for row in keyset.first(period.listing(section.value), size=limit))
        for section, total in totals.items()
        if total
    }
    return Differences(begin, end, totals, changes)


@snapshot()
def list_differences(
    *,
    viewer: Actor,
    tenant: Tenant,
    section: Section,
    begin: datetime,
    end: datetime,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Change]:
    """One section of the differences, by name.

    raises  as find_differences, and Refused("cursor_malformed")
    """
    period = _period(viewer, tenant, begin, end, None, None)
    found = keyset.fetch(period.listing(section.value), cursor=cursor, size=size)
    return Page(tuple(_change(row) for row in found.rows), found.total, found.next, found.previous)


@contextmanager
def stream_differences(
    *,
    viewer: Actor,
    tenant: Tenant,
    begin: datetime,
    end: datetime,
    person: UUID | None = None,
    permission: str | None = None,
) -> Iterator[Iterator[Change]]:
    """Every difference, one after another, however many there are; raises as find_differences."""
    period = _period(viewer, tenant, begin, end, person, permission)
    with period.stream() as found:
        yield (_change(row) for row in found)


def _period(
    viewer: Actor, tenant: Tenant, begin: datetime, end: datetime, person: UUID | None, permission: str | None
) -> Period:
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    if begin > end:
        raise Refused("period_reversed", begin=f"{begin:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}")
    require_known(tenant_id=tenant.id, at=begin)
    return Period(
        tenant_id=tenant.id,
        begin=begin,
        end=end,
        account_id=_account_id(tenant, person) if person else None,
        permission_id=_permission_row(tenant, permission)["id"] if permission else None,
    )


def _account_id(tenant: Tenant, guid: UUID) -> int:
    profile = people.profile(tenant_id=tenant.id, guid=str(guid))
    if profile is None:
        raise NotFound("person_not_found", text=str(guid))
    id_: int = profile["id"]
    return id_


def _permission_row(tenant: Tenant, key: str) -> Row:
    row = permissions.find(tenant_id=tenant.id, key=key)
    if row is None:
        raise NotFound("permission_not_found", key=key)
    return row


def _moments(tenant: Tenant, found: list[datetime]) -> Moments:
    since = history.known_since(tenant_id=tenant.id)
    if since is None:
        raise NotFound("nothing_known_yet")
    return Moments(since, tuple(found))


def _link(row: Row, prefix: str = "") -> Link | None:
    if not row[f"{prefix}key"]:
        return None
    app = row.get(f"{prefix}app")
    name = f"{app}: {row[f'{prefix}name']}" if app else row[f"{prefix}name"]
    return Link(row[f"{prefix}key"], Kind(row[f"{prefix}kind"]), name)


def _person_event(row: Row) -> HistoryEvent:
    return HistoryEvent(
        at=row["at"],
        opened=row["opened"],
        closed=row["closed"],
        relation=Relation(row["relation"]),
        holder=None,
        permission=_link(row),
        via=_link(row, "via_"),
        was=row["was"],
        became=row["became"],
        began=row["began"],
        last_seen=row["last_seen"],
    )


def _permission_event(row: Row) -> HistoryEvent:
    holder = Holder(
        guid=str(row["guid"] or ""),
        type=AccountType(row["type"]) if row["type"] else None,
        key=row["key"] or "",
        kind=Kind(row["kind"]) if row["kind"] else None,
        name=row["account_name"] or row["name"] or "",
    )
    return HistoryEvent(
        at=row["at"],
        opened=row["opened"],
        closed=row["closed"],
        relation=Relation(row["relation"]),
        holder=holder,
        permission=None,
        via=_link(row, "via_"),
        was=row["was"],
        became=row["became"],
        began=row["began"],
        last_seen=row["last_seen"],
    )


def _change(row: Row) -> Change:
    section = Section(row["section"])
    if section.value.startswith("accounts"):
        return AccountChange(section, row["guid"], row["name"], row["user_name"], _properties(row))
    if section.value.startswith("permissions"):
        link = Link(row["key"], Kind(row["kind"]), row["name"])
        return PermissionChange(section, link, row["app"], _properties(row))
    return GrantChange(
        section=section,
        holder=Holder(
            guid=row["guid"] or "",
            type=AccountType(row["type"]) if row["type"] else None,
            key=row["holder_key"] or "",
            kind=Kind(row["holder_kind"]) if row["holder_kind"] else None,
            name=row["holder_name"],
            user_name=row["user_name"],
        ),
        permission=Link(row["key"], Kind(row["kind"]), row["name"]),
        app=row["app"],
        relation=Relation(row["relation"]),
        via=_link(row, "via_"),
        was=tuple(row["was_details"] or ()),
        became=tuple(row["became_details"] or ()),
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        last_seen=row["last_seen"],
    )


def _properties(row: Row) -> tuple[Property, ...]:
    """What differs between both times, facts one by one."""
    if row["was"] is None or row["became"] is None:
        return ()
    was, became = _flat(row["was"]), _flat(row["became"])
    names = sorted(was.keys() | became.keys())
    pairs = ((name, was.get(name, ""), became.get(name, "")) for name in names)
    return tuple(Property(name, before, after) for name, before, after in pairs if before != after)


def _flat(properties: Row) -> dict[str, str]:
    facts = properties.get("facts") or {}
    own = {name: value for name, value in properties.items() if name not in UNSAID}
    return {name: "" if value is None else _text(value) for name, value in {**facts, **own}.items()}


def _text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
