"""What is different between two times, and what was opened and closed when."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from chamberlain.model.kind import AccountType, Kind, Relation
from chamberlain.model.path import Link


class Section(Enum):
    """What differences are told apart by. Values are stable: they stand in JSON and in addresses."""

    ACCOUNTS_ADDED = "accounts_added"
    ACCOUNTS_GONE = "accounts_gone"
    ACCOUNTS_CHANGED = "accounts_changed"
    PERMISSIONS_ADDED = "permissions_added"
    PERMISSIONS_GONE = "permissions_gone"
    PERMISSIONS_CHANGED = "permissions_changed"
    GRANTS_OPENED = "grants_opened"
    GRANTS_CLOSED = "grants_closed"
    GRANTS_CHANGED = "grants_changed"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds: an account by its object id, or a group by its key (then `guid` is "")."""

    guid: str
    type: AccountType | None
    key: str
    kind: Kind | None
    name: str
    user_name: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """One property's value at both times, as text; "" where it had none."""

    name: str
    was: str
    became: str


@dataclass(frozen=True, slots=True)
class AccountChange:
    """An account that came, went, or has other properties. `properties` is empty unless it changed."""

    section: Section
    guid: str
    name: str
    user_name: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class PermissionChange:
    """A permission that came, went, or has other properties. `properties` is empty unless it changed."""

    section: Section
    link: Link
    app: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class GrantChange:
    """A direct grant that is open at one of the two times only, or whose details differ.

    was, became  its details at both times, for example a licence's state; empty where there is nothing more to say
    opened_at    when it was first seen; closed_at: when it was no longer seen; last_seen: the last look that saw it
    """

    section: Section
    holder: Holder
    permission: Link
    app: str
    relation: Relation
    via: Link | None
    was: tuple[dict[str, Any], ...]
    became: tuple[dict[str, Any], ...]
    opened_at: datetime | None
    closed_at: datetime | None
    last_seen: datetime | None


Change = AccountChange | PermissionChange | GrantChange


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """At a time, a way of holding began, ended, or changed its details (then it is both opened and closed).

    holder      whom it concerns, on the page of a permission
    permission  what it concerns, on the page of a person
    via         the group through which; None: directly
    began       where it ended: since when it had been seen; last_seen: the last look that saw it, where that is known
    """

    at: datetime
    opened: bool
    closed: bool
    relation: Relation
    holder: Holder | None
    permission: Link | None
    via: Link | None
    was: dict[str, Any] | None
    became: dict[str, Any] | None
    began: datetime | None = None
    last_seen: datetime | None = None
