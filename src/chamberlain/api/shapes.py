"""Words that several nouns of the API share: links to permissions, paths, facts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from chamberlain.model.change import Holder
from chamberlain.model.holding import Holding
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.path import Link, Path, Reason


class PermissionLink(Schema):
    """A permission by its key."""

    key: str
    kind: Kind
    name: str


class PathShape(Schema):
    """One way in which somebody holds a permission."""

    reason: Reason
    through: list[PermissionLink] = Field(description="Permissions on the way, the one nearest to the account first.")
    since: datetime
    state: str = Field(description="For licences: Microsoft's state.")
    error: str = Field(description="For licences: Microsoft's error code.")
    scope: str = Field(description="For roles: the directory scope where it is not the whole tenant.")
    until: datetime | None = Field(description="When it ends, where it is held for a time.")
    end_is_told: bool = Field(description="false: Microsoft does not let us see when it ends.")
    ends_by_us: bool = Field(description="Whether Chamberlain takes it away then; otherwise Microsoft ends it.")


class PlanShape(Schema):
    """A service plan inside a licence."""

    key: str
    name: str
    enabled: bool


class HoldingShape(Schema):
    """A permission that somebody holds, with every path to it."""

    key: str
    kind: Kind
    name: str
    description: str
    app: str
    since: datetime
    owner: bool
    effective: bool = Field(description="False where it is held on paper only: a licence in error, a role to activate.")
    paths: list[PathShape]
    service_plans: list[PlanShape]
    not_read_since: datetime | None = Field(
        description="When it was read last, where the last sync left it out; null: it is as fresh as the rest."
    )


class HolderShape(Schema):
    """Who holds something: an account by `id`, or a group by `key`."""

    id: str | None
    type: AccountType | None
    key: str | None
    kind: Kind | None
    name: str
    user_name: str


class Fact(Schema):
    """A property of a person or a permission that has a value."""

    name: str
    value: str


class Refusal(Schema):
    """What of a request is not as it should be."""

    in_: str = Field(alias="in", description="query, path, body or header.")
    field: str
    code: str
    detail: str


class Problem(Schema):
    """What went wrong, why, and what to do (RFC 9457)."""

    type: str = Field(description="Names the kind of problem; the address tells more.")
    title: str = Field(description="What went wrong.")
    status: int
    detail: str = Field(description="Why.")
    repair: str = Field(description="What to do.")
    code: str = Field(description="Stable: scripts may rely on it.")
    request_id: str = Field(description="To be quoted when asking for help; it stands in the log.")
    errors: list[Refusal] = Field(default=[], description="Field by field, where the request is not as documented.")


def link(found: Link) -> dict[str, Any]:
    """A permission by its key."""
    return {"key": found.key, "kind": found.kind, "name": found.name}


def link_or_none(found: Link | None) -> dict[str, Any] | None:
    """The same where there may be none."""
    return link(found) if found else None


def links(found: Iterable[Link]) -> list[dict[str, Any]]:
    """Several of them."""
    return [link(one) for one in found]


def path(found: Path) -> dict[str, Any]:
    """A way in which somebody holds a permission."""
    return {
        "reason": found.reason,
        "through": links(found.through),
        "since": found.since,
        "state": found.state,
        "error": found.error,
        "scope": found.scope,
        "until": found.until,
        "end_is_told": not found.untold,
        "ends_by_us": found.by_us,
    }


def holding(found: Holding) -> dict[str, Any]:
    """A permission that somebody holds."""
    return {
        "key": found.key,
        "kind": found.kind,
        "name": found.name,
        "description": found.description,
        "app": found.app,
        "since": found.since,
        "owner": found.owner,
        "effective": found.effective,
        "paths": [path(one) for one in found.paths],
        "service_plans": [{"key": one.key, "name": one.name, "enabled": one.enabled} for one in found.plans],
        "not_read_since": found.unread,
    }


def holder(found: Holder | None) -> dict[str, Any] | None:
    """Who holds something."""
    if found is None:
        return None
    return {
        "id": found.guid or None,
        "type": found.type,
        "key": found.key or None,
        "kind": found.kind,
        "name": found.name,
        "user_name": found.user_name,
    }


def facts(found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Properties by name."""
    return [{"name": name, "value": value} for name, value in found]


def status(*, enabled: bool) -> str:
    """Whether an account may sign in to Microsoft."""
    return "active" if enabled else "blocked"


def object_id(guid: UUID | str) -> str:
    """Microsoft's id of an object."""
    return str(guid)
