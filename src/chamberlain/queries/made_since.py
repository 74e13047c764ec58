"""What Chamberlain changed and a page does not show yet, so that nobody takes the page for the present."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chamberlain.model.actor import Actor
from chamberlain.model.plan import Change, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.policy.authority import Deed, require, require_person
from chamberlain.policy.planning.words import say_change
from chamberlain.provision.situation import WHILE_READING
from chamberlain.store.reads import done, made_since

SHOWN = 3


@dataclass(frozen=True, slots=True)
class ChangeSince:
    """One change. `says`: what it did, as a clause; `at`: when Microsoft showed it."""

    plan: int
    step: int
    says: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MadeSince:
    """The newest changes that are not shown yet, and how many there are."""

    changes: tuple[ChangeSince, ...]
    total: int

    @property
    def more(self) -> int:
        """How many are not among those told of."""
        return self.total - len(self.changes)


NONE = MadeSince((), 0)


def made_since_of_person(*, viewer: Actor, tenant: Tenant, guid: UUID) -> MadeSince:
    """What plans did to somebody and what was read does not show.

    raises  Refused("not_allowed")
    """
    require_person(viewer, tenant=tenant, guid=guid)
    began = done.read_from(tenant.id)
    if began is None:
        return NONE
    since = began - WHILE_READING
    key = Subject(str(guid)).key
    return _told(made_since.of_person(key, tenant_id=tenant.id, since=since, began=began, limit=SHOWN))


def made_since_of_permission(*, viewer: Actor, tenant: Tenant, key: str) -> MadeSince:
    """What plans did to who holds a permission and what was read does not show.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    began = done.read_from(tenant.id)
    if began is None:
        return NONE
    return _told(made_since.of_permission(key, tenant_id=tenant.id, since=began - WHILE_READING, limit=SHOWN))


def _told(found: Sequence[dict[str, Any]]) -> MadeSince:
    changes = tuple(_change(row) for row in found)
    return MadeSince(changes, int(found[0]["total"]) if found else 0)


def _change(row: dict[str, Any]) -> ChangeSince:
    says = say_change(Change(Verb(row["verb"]), Subject("")), who=row["who"], what=row["what"])
    return ChangeSince(row["plan"], row["step"], says, row["at"])
