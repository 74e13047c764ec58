"""What a listing says it saw, in the order of the staging tables' columns."""

from dataclasses import dataclass
from typing import NamedTuple

from chamberlain.model.kind import Family, Relation

NIL = "00000000-0000-0000-0000-000000000000"


class AccountSeen(NamedTuple):
    """An account as Microsoft shows it. Ids are GUIDs as text; `created_at` is ISO 8601; `facts` JSON text."""

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

    holder: str
    holder_type: str
    holder_name: str
    guid: str
    parent: str
    relation: int
    via: str | None
    qualifier_id: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a complete listing of grants is entitled to close.

    family, relations   only open grants of these
    missing             GUIDs of permissions, or of applications with all their roles, that could not be read: theirs
                        stay as they were
    """

    family: Family
    relations: tuple[Relation, ...]
    missing: frozenset[str] = frozenset()


def key_of(family: Family, guid: str, parent: str = NIL) -> str:
    """The key that stands in URLs and on the command line, for example "group:<guid>"."""
    prefix = family.name.lower()
    return f"{prefix}:{guid}" if parent == NIL else f"{prefix}:{parent}:{guid}"
