"""What can be held, and who holds it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from chamberlain.errors import NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.kind import GROUP_FAMILIES, AccountType, Family, Kind
from chamberlain.model.page import Page
from chamberlain.model.path import Link, Path
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may_see_permission, require, require_permission
from chamberlain.queries.holdings import label, paths_to
from chamberlain.queries.known import require_known
from chamberlain.queries.role_ends import are_told
from chamberlain.queries.unread import is_told, unread_since
from chamberlain.store.reads import keyset, past, permissions
from chamberlain.store.snapshot import snapshot

MOST_ELIGIBLE = 200
OWNED_KINDS = frozenset({Kind.SECURITY_GROUP, Kind.M365_GROUP})  # Graph has no owners of groups that Exchange keeps

SHOWN_ELSEWHERE = frozenset({"rule", "dynamic", "on_premises", "role_assignable", "everyone", "privileged"})


@dataclass(frozen=True, slots=True)
class PermissionFilter:
    """Which permissions; None and "" narrow nothing. `text` as in PeopleFilter, over name, mail and application."""

    kind: Kind | None = None
    text: str = ""
    dynamic: bool | None = None
    on_premises: bool | None = None
    empty: bool | None = None


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """A permission in a list.

    members         direct holders of every type (accounts and groups)
    people          accounts of people that hold it, by whatever path
    owners          None: unknown (Microsoft Graph has no owners for this kind, and Exchange told of none)
    everyone        the application does not require assignment: everyone may sign in
    unread          when it was read last, where the last sync left it out: Exchange was off, or told not all of it
    """

    key: str
    kind: Kind
    name: str
    description: str
    app: str
    mail: str
    members: int
    people: int
    owners: int | None
    dynamic: bool
    on_premises: bool
    role_assignable: bool
    everyone: bool
    privileged: bool
    unread: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """An owner of a group."""

    guid: UUID
    name: str
    type: AccountType


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody who holds the permission, with every path."""

    guid: UUID
    name: str
    user_name: str
    type: AccountType
    enabled: bool
    since: datetime
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission.

    rule     membership rule of a dynamic group, or ""
    inside   groups this group is a direct member of; contains: groups that are direct members of it
    gives    what direct members of this group receive: licences, roles, products
    facts    (label code, value), without empty ones
    at       the time in the past that is told of; None: now
    present  whether it was there then; if not, its name is the one last known and nobody held it
    endless  whether what shows no end has none; False: Microsoft does not let us see until when a role is held
    """

    row: PermissionRow
    rule: str
    owners: tuple[OwnerRow, ...]
    inside: tuple[Link, ...]
    contains: tuple[Link, ...]
    gives: tuple[Link, ...]
    facts: tuple[tuple[str, str], ...]
    first_seen: datetime
    gone_at: datetime | None
    at: datetime | None = None
    present: bool = True
    endless: bool = True


@snapshot()
def list_permissions(
    *, viewer: Actor, tenant: Tenant, filter: PermissionFilter, cursor: str | None = None, size: int = 50
) -> Page[PermissionRow]:
    """Permissions that match, by name.

    raises  Refused("not_allowed"), Refused("cursor_malformed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    listing = listing_of(tenant=tenant, filter=filter)
    found = keyset.fetch(listing, cursor=cursor, size=size)
    rows = _rows(tenant, found.rows)
    return Page(rows, found.total, found.next, found.previous, found.more)


def first_permissions(*, viewer: Actor, tenant: Tenant, text: str, size: int) -> tuple[PermissionRow, ...]:
    """The first permissions by name that some words match, without asking how many there are."""
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    found = keyset.first(listing_of(tenant=tenant, filter=PermissionFilter(text=text)), size=size)
    return _rows(tenant, found)


@snapshot()
def list_looked_after(*, viewer: Actor, tenant: Tenant) -> tuple[PermissionRow, ...]:
    """The permissions that were named for an app admin, by name; what is gone is left out.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_TENANT, tenant_id=tenant.id)
    keys = [key for key in viewer.looks_after(tenant.id) if may_see_permission(viewer, tenant_id=tenant.id, key=key)]
    found = [permissions.find(tenant_id=tenant.id, key=key) for key in keys]
    rows = _rows(tenant, [row for row in found if row is not None and row["gone_at"] is None])
    return tuple(sorted(rows, key=lambda row: (row.name.lower(), row.key)))


def listing_of(*, tenant: Tenant, filter: PermissionFilter) -> keyset.Listing:
    """The list as the store reads it, page by page or as a whole."""
    return permissions.listing(
        tenant_id=tenant.id,
        kind=filter.kind.value if filter.kind else None,
        text=filter.text,
        dynamic=filter.dynamic,
        on_premises=filter.on_premises,
        empty=filter.empty,
    )


@snapshot()
def count_permissions(*, viewer: Actor, tenant: Tenant) -> dict[Kind, int]:
    """How many permissions of each kind there are now."""
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    counted = {Kind(row["kind"]): row["number"] for row in permissions.counts(tenant_id=tenant.id)}
    return {kind: counted.get(kind, 0) for kind in Kind}


def knows_dynamic_groups(*, viewer: Actor, tenant: Tenant) -> bool:
    """Whether dynamic distribution groups were ever read: without Exchange nobody knows whether there are any."""
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    return is_told(tenant_id=tenant.id)


@snapshot()
def find_permission(*, viewer: Actor, tenant: Tenant, key: str, at: datetime | None = None) -> Permission:
    """One permission by its key, for example "group:<guid>", as it is or was at a time.

    raises  NotFound("permission_not_found"), NotFound("nothing_known_then")
    """
    require_permission(viewer, tenant_id=tenant.id, key=key)
    now = _found(tenant, key)
    if at is None:
        near = permissions.neighbours(tenant_id=tenant.id, permission_id=now["id"])
        found = _permission(now, near, permissions.owners(tenant_id=tenant.id, permission_id=now["id"]))
        unread = unread_since(tenant_id=tenant.id, rows=[now]) if now["gone_at"] is None else {}
        row = replace(found.row, unread=unread.get(now["family"]))
        return replace(found, row=row, endless=now["family"] != Family.ROLE or are_told(tenant_id=tenant.id))
    require_known(tenant_id=tenant.id, at=at)
    then = past.permission(tenant_id=tenant.id, permission_id=now["id"], at=at)
    if then is None:
        return replace(_permission(now, [], []), at=at, present=False)
    near = past.neighbours(tenant_id=tenant.id, permission_id=now["id"], at=at)
    owners = past.owners(tenant_id=tenant.id, permission_id=now["id"], at=at)
    held = past.members(tenant_id=tenant.id, permission_id=now["id"], family=now["family"], text="", at=at)
    counts = {"members": len(near), "people": keyset.count(held), "owners": len(owners)}
    return replace(_permission({**now, **then, **counts}, near, owners), at=at)


def _permission(row: dict[str, Any], near: list[dict[str, Any]], owners: list[dict[str, Any]]) -> Permission:
    facts = row["facts"]
    return Permission(
        row=permission_row(row),
        rule=facts.get("rule", ""),
        owners=tuple(OwnerRow(owner["guid"], owner["name"], AccountType(owner["type"])) for owner in owners),
        inside=_links(near, side="out", families=tuple(GROUP_FAMILIES)),
        contains=_links(near, side="in", families=tuple(Family)),
        gives=_links(near, side="out", families=(Family.ROLE, Family.LICENCE, Family.APP_ROLE)),
        facts=tuple((name, str(value)) for name, value in sorted(facts.items()) if name not in SHOWN_ELSEWHERE),
        first_seen=row["first_seen"],
        gone_at=row["gone_at"],
    )


@snapshot()
def list_members(
    *,
    viewer: Actor,
    tenant: Tenant,
    key: str,
    text: str = "",
    cursor: str | None = None,
    size: int = 50,
    at: datetime | None = None,
) -> Page[MemberRow]:
    """Accounts that hold the permission by whatever path, or held it at a time, by name.

    raises  NotFound("permission_not_found"), NotFound("nothing_known_then"), Refused("cursor_malformed")
    """
    require_permission(viewer, tenant_id=tenant.id, key=key)
    row, listing = holders_of(tenant=tenant, key=key, text=text, at=at)
    found = keyset.fetch(listing, cursor=cursor, size=size)
    ways = paths_to(tenant_id=tenant.id, permission=row, accounts=[member["id"] for member in found.rows], at=at)
    return Page(
        tuple(member_row(member, ways.get(member["id"], ())) for member in found.rows),
        found.total,
        found.next,
        found.previous,
        found.more,
    )


def holders_of(*, tenant: Tenant, key: str, text: str, at: datetime | None) -> tuple[dict[str, Any], keyset.Listing]:
    """A permission as the store has it, and its holders as the store reads them, page by page or as a whole.

    raises  NotFound("permission_not_found"), NotFound("nothing_known_then")
    """
    row = _found(tenant, key)
    if at is None:
        return row, permissions.members(
            tenant_id=tenant.id,
            permission_id=row["id"],
            family=row["family"],
            text=text,
            holders=max(row["people"], row["members"]),
        )
    require_known(tenant_id=tenant.id, at=at)
    return row, past.members(tenant_id=tenant.id, permission_id=row["id"], family=row["family"], text=text, at=at)


@snapshot()
def list_eligible(*, viewer: Actor, tenant: Tenant, key: str, at: datetime | None = None) -> tuple[MemberRow, ...]:
    """Accounts that may activate a role and do not hold it otherwise, by name; the first MOST_ELIGIBLE of them.

    raises  NotFound("permission_not_found")
    """
    require_permission(viewer, tenant_id=tenant.id, key=key)
    row = _found(tenant, key)
    if row["family"] != Family.ROLE:
        return ()
    found = past.eligible(tenant_id=tenant.id, permission_id=row["id"], limit=MOST_ELIGIBLE, at=at)
    ways = paths_to(tenant_id=tenant.id, permission=row, accounts=[member["id"] for member in found], at=at)
    return tuple(member_row(member, ways.get(member["id"], ())) for member in found)


def member_row(row: dict[str, Any], paths: tuple[Path, ...]) -> MemberRow:
    """Somebody who holds a permission, from what the store selected."""
    return MemberRow(
        guid=row["guid"],
        name=row["name"],
        user_name=row["user_name"],
        type=AccountType(row["type"]),
        enabled=row["enabled"],
        since=min((path.since for path in paths), default=row["first_seen"]),
        paths=paths,
    )


def owners_of(kind: Kind, *, counted: int | None, dynamic: bool) -> int | None:
    """How many owners there are; None: unknown, since only Exchange tells, and it told of nobody.

    dynamic  by rule: a distribution group that is so comes from Exchange itself, its owners with it
    """
    is_told = kind in OWNED_KINDS or (kind is Kind.DISTRIBUTION_GROUP and dynamic)
    return counted if is_told or counted else None


def permission_row(row: dict[str, Any]) -> PermissionRow:
    """A permission in a list, from what the store selected."""
    facts = row["facts"]
    kind = Kind(row["kind"])
    return PermissionRow(
        key=row["key"],
        kind=kind,
        name=row["name"],
        description=row["description"],
        app=row["app"],
        mail=row["mail"],
        members=row["members"],
        people=row["people"],
        owners=owners_of(kind, counted=row["owners"], dynamic=facts.get("dynamic", False)),
        dynamic=facts.get("dynamic", False),
        on_premises=facts.get("on_premises", False),
        role_assignable=facts.get("role_assignable", False),
        everyone=facts.get("everyone", False),
        privileged=facts.get("privileged", False),
    )


def _rows(tenant: Tenant, rows: Sequence[dict[str, Any]]) -> tuple[PermissionRow, ...]:
    unread = unread_since(tenant_id=tenant.id, rows=rows)
    return tuple(replace(permission_row(row), unread=unread.get(row["family"])) for row in rows)


def _found(tenant: Tenant, key: str) -> dict[str, Any]:
    row = permissions.find(tenant_id=tenant.id, key=key)
    if row is None:
        raise NotFound("permission_not_found", key=key)
    return row


def _links(near: list[dict[str, Any]], *, side: str, families: tuple[Family, ...]) -> tuple[Link, ...]:
    return tuple(
        Link(row["key"], Kind(row["kind"]), label(row))
        for row in near
        if row["side"] == side and row["family"] in families
    )
