"""What can be held, and who holds it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chamberlain.model.actor import Actor
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.page import Page
from chamberlain.model.path import Link, Path
from chamberlain.model.tenant import Tenant


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
    owners          None: unknown (Microsoft Graph has no owners for this kind)
    everyone        the application does not require assignment: everyone may sign in
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


def list_permissions(
    *, viewer: Actor, tenant: Tenant, filter: PermissionFilter, cursor: str | None = None, size: int = 50
) -> Page[PermissionRow]:
    """Permissions that match, by name."""
    raise NotImplementedError


def count_permissions(*, viewer: Actor, tenant: Tenant) -> dict[Kind, int]:
    """How many permissions of each kind there are now."""
    raise NotImplementedError


def find_permission(*, viewer: Actor, tenant: Tenant, key: str) -> Permission:
    """One permission by its key, for example "group:<guid>".

    raises  NotFound("permission_not_found")
    """
    raise NotImplementedError


def list_members(
    *, viewer: Actor, tenant: Tenant, key: str, text: str = "", cursor: str | None = None, size: int = 50
) -> Page[MemberRow]:
    """Accounts that hold the permission by whatever path, by name.

    raises  NotFound("permission_not_found")
    """
    raise NotImplementedError
