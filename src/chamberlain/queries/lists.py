"""Lists with the columns that somebody chose: a page of them, or all rows to take away."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Generic, TypeVar

from chamberlain.model.actor import Actor
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.page import Page
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.queries import people, permissions
from chamberlain.queries.holdings import paths_to
from chamberlain.queries.people import PeopleFilter, PersonRow
from chamberlain.queries.permissions import MemberRow, PermissionFilter, PermissionRow, owners_of
from chamberlain.store.reads import columns as store
from chamberlain.store.snapshot import snapshot, state_of

Row = TypeVar("Row")

HOLDERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Line(Generic[Row]):
    """A row of a list, and what each chosen column shows of it: text, numbers, moments, members of our enums."""

    row: Row
    cells: Mapping[str, Any]


class Export:
    """Every row of a list at one moment. Read it once, then or instead `close` it."""

    def __init__(self, whole: store.WholeListing, cells: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self._whole = whole
        self._cells = cells
        self.count = whole.count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            for row in self._whole:
                yield self._cells(row)
        finally:
            self.close()

    def close(self) -> None:
        """Gives back what it holds."""
        self._whole.close()


@snapshot()
def list_people(
    *, viewer: Actor, tenant: Tenant, filter: PeopleFilter, columns: tuple[str, ...], cursor: str | None = None
) -> Page[Line[PersonRow]]:
    """A page of people with these columns.

    raises  Refused("not_allowed"), Refused("cursor_malformed")
    """
    page = people.list_people(viewer=viewer, tenant=tenant, filter=filter, cursor=cursor)
    found = store.of_people(tenant_id=tenant.id, guids=[str(row.guid) for row in page.rows], columns=columns)
    lines = tuple(Line(row, _person(found[str(row.guid)])) for row in page.rows)
    return Page(lines, page.total, page.next, page.previous, page.more)


@snapshot()
def list_permissions(
    *, viewer: Actor, tenant: Tenant, filter: PermissionFilter, columns: tuple[str, ...], cursor: str | None = None
) -> Page[Line[PermissionRow]]:
    """A page of permissions with these columns.

    raises  Refused("not_allowed"), Refused("cursor_malformed")
    """
    page = permissions.list_permissions(viewer=viewer, tenant=tenant, filter=filter, cursor=cursor)
    wanted = _with_kind(columns)
    found = store.of_permissions(tenant_id=tenant.id, keys=[row.key for row in page.rows], columns=wanted)
    lines = tuple(Line(row, _permission(found[row.key])) for row in page.rows)
    return Page(lines, page.total, page.next, page.previous, page.more)


def export_people(*, viewer: Actor, tenant: Tenant, filter: PeopleFilter, columns: tuple[str, ...]) -> Export:
    """All people that match, in the order of the list.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.EXPORT_LIST, tenant_id=tenant.id)
    listing = people.listing_of(tenant=tenant, filter=filter)
    return Export(store.WholeListing(replace(listing, columns=store.select(store.PEOPLE, columns))), _person)


def export_permissions(*, viewer: Actor, tenant: Tenant, filter: PermissionFilter, columns: tuple[str, ...]) -> Export:
    """All permissions that match, in the order of the list.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.EXPORT_LIST, tenant_id=tenant.id)
    listing = permissions.listing_of(tenant=tenant, filter=filter)
    selected = store.select(store.PERMISSIONS, _with_kind(columns))
    return Export(store.WholeListing(replace(listing, columns=selected)), _permission)


def export_holders(
    *, viewer: Actor, tenant: Tenant, key: str, text: str = "", at: datetime | None = None
) -> "HoldersExport":
    """All holders of a permission, or those of a time, by name, with every path.

    raises  Refused("not_allowed"), NotFound("permission_not_found"), NotFound("nothing_known_then")
    """
    require(viewer, Deed.EXPORT_LIST, tenant_id=tenant.id)
    permission, listing = permissions.holders_of(tenant=tenant, key=key, text=text, at=at)
    return HoldersExport(store.WholeListing(listing), tenant=tenant, permission=permission, at=at)


class HoldersExport(Export):
    """Holders with their paths, which are found for some hundreds at a time, as of the same moment."""

    def __init__(
        self, whole: store.WholeListing, *, tenant: Tenant, permission: dict[str, Any], at: datetime | None
    ) -> None:
        super().__init__(whole, dict)
        self._tenant_id = tenant.id
        self._permission = permission
        self._at = at

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            rows = iter(self._whole)
            while some := [*islice(rows, HOLDERS_AT_ONCE)]:
                yield from self._with_paths(some)
        finally:
            self.close()

    def _with_paths(self, some: list[dict[str, Any]]) -> list[dict[str, Any]]:
        with state_of(self._whole.state):
            ways = paths_to(
                tenant_id=self._tenant_id,
                permission=self._permission,
                accounts=[row["id"] for row in some],
                at=self._at,
            )
        return [_holder(permissions.member_row(row, ways.get(row["id"], ()))) for row in some]


def _holder(member: MemberRow) -> dict[str, Any]:
    return {
        "name": member.name,
        "user_name": member.user_name,
        "type": member.type,
        "state": member.enabled,
        "paths": member.paths,
        "since": member.since,
        "object_id": str(member.guid),
    }


def _with_kind(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Whether owners are known depends on the kind, and on the rule."""
    return (*columns, *(name for name in ("kind", "dynamic") if name not in columns))


def _person(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "type": AccountType(row["type"])} if "type" in row else row


def _permission(row: dict[str, Any]) -> dict[str, Any]:
    kind = Kind(row["kind"])
    owners = owners_of(kind, counted=row.get("owners"), dynamic=row["dynamic"])
    return {**row, "kind": kind, "owners": owners, "created": _moment(row.get("created"))}


def _moment(text: str | None) -> datetime | None:
    """What a fact says of a time; None where it says nothing that can be read."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
