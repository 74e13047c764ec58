"""What a listing says it saw, in the order of the staging tables' columns."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from chamberlain.model.kind import Family, Relation

NIL = "00000000-0000-0000-0000-000000000000"
KEPT = "ffffffff-ffff-ffff-ffff-ffffffffffff"


class AccountSeen(NamedTuple):
    """An account as Microsoft shows it. Ids are GUIDs as text; `created_at` is ISO 8601; `facts` JSON text.

    manager  KEPT where a change does not speak of it: who it was before stays
    """

    guid: str
    type: str
    name: str
    user_name: str
    mail: str
    enabled: bool
    department: str
    job_title: str
    manager: str | None
    facts: str
    created_at: str | None


class PermissionSeen(NamedTuple):
    """A permission as Microsoft shows it. `parent` is NIL, an application's or a SKU's GUID; `facts` JSON text.

    Facts in use:
      groups       rule, dynamic, on_premises, role_assignable, visibility, team, created
      dynamic distribution groups   rule: the filter in Exchange's words, dynamic
      roles        built_in, privileged
      licences     part_number, status, enabled, warning, suspended, consumed, free
      app roles    everyone, value, app_blocked, first_party
    """

    family: int
    kind: str
    guid: str
    parent: str
    key: str
    name: str
    description: str
    app: str
    mail: str
    facts: str


class GrantSeen(NamedTuple):
    """A direct edge as Microsoft shows it. `holder_type` is used when the holder was not listed before."""

    family: int
    holder: str
    holder_type: str
    holder_name: str
    guid: str
    parent: str
    relation: int
    via: str | None
    qualifier_id: int


class AccountGone(NamedTuple):
    """An account that Microsoft says is deleted: it and all that it held end."""

    guid: str


class PermissionGone(NamedTuple):
    """A permission that Microsoft says is deleted. `guid` NIL: every permission below `parent`, an application."""

    family: int
    guid: str
    parent: str


class GrantGone(NamedTuple):
    """A direct edge that Microsoft says has ended, whatever its `via` and qualifier."""

    family: int
    holder: str
    guid: str
    parent: str
    relation: int


Seen = AccountSeen | PermissionSeen | GrantSeen
Gone = AccountGone | PermissionGone | GrantGone


class Scope(Enum):
    """Of what a listing is the whole."""

    FAMILY = "family"
    PERMISSIONS = "permissions"
    HOLDERS = "holders"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What complete listings entitle a merge to close: open grants of a family and relations, if they were not seen.

    scope    FAMILY: all of them. PERMISSIONS: those on the permissions `guids`, or below the applications `guids`.
             HOLDERS: those held by `guids`
    missing  GUIDs of permissions, or of applications with all their roles, that could not be read: theirs stay as they
             were
    """

    family: Family
    relations: tuple[Relation, ...]
    scope: Scope = Scope.FAMILY
    guids: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Whole:
    """Listings that were read to their end, so that what they do not show is gone.

    accounts     whether all people were listed
    permissions  families all of whose permissions were listed
    below        GUIDs of applications all of whose roles were amended
    grants       what may be closed
    """

    accounts: bool = False
    permissions: tuple[Family, ...] = ()
    below: frozenset[str] = frozenset()
    grants: tuple[Coverage, ...] = ()


def key_of(family: Family, guid: str, parent: str = NIL) -> str:
    """The key that stands in URLs and on the command line, for example "group:<guid>"."""
    prefix = family.name.lower()
    return f"{prefix}:{guid}" if parent == NIL else f"{prefix}:{parent}:{guid}"


def family_of(key: str) -> Family | None:
    """The family that a key names; None for what is no key."""
    return _FAMILIES.get(key.partition(":")[0])


_FAMILIES = {family.name.lower(): family for family in Family}
