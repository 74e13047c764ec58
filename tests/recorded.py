"""A small tenant whose history is written by merges at given times, without a simulator."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import (
    NIL,
    AccountSeen,
    Coverage,
    GrantSeen,
    PermissionSeen,
    Whole,
    key_of,
)
from chamberlain.model.tenant import Tenant
from chamberlain.store import tenants
from chamberlain.store.staging import Staging

FAMILIES = (Family.GROUP, Family.ROLE, Family.LICENCE)
WHOLE = Whole(
    accounts=True,
    permissions=FAMILIES,
    grants=(
        Coverage(Family.GROUP, (Relation.MEMBER, Relation.OWNER)),
        Coverage(Family.ROLE, (Relation.ASSIGNED, Relation.ELIGIBLE)),
        Coverage(Family.LICENCE, (Relation.ASSIGNED,)),
    ),
)
Edge = tuple[str, str, Relation]


def guid(number: int) -> str:
    """The object id of the n-th thing."""
    return f"60dec000-0000-4000-8000-{number:012x}"


def new_tenant(now: datetime) -> Tenant:
    """A tenant of its own for one test."""
    return tenants.save(guid=uuid4(), name="Recorded", domain="recorded.example", now=now)


class Recorder:
    """Tells the store what complete listings saw at a time: people by id and name, permissions, direct edges."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self._run = 0

    def see(
        self,
        at: datetime,
        *,
        people: dict[str, str],
        groups: dict[str, str] | None = None,
        roles: dict[str, str] | None = None,
        edges: Iterable[Edge] = (),
        departments: dict[str, str] | None = None,
    ) -> None:
        """One complete look at the whole tenant."""
        self._run += 1
        groups, roles = groups or {}, roles or {}
        family = {**dict.fromkeys(groups, Family.GROUP), **dict.fromkeys(roles, Family.ROLE)}
        departments = departments or {}
        with Staging(tenant_id=self.tenant.id, run_id=self._run) as staging:
            staging.add([_person(id_, name, departments.get(id_, "")) for id_, name in people.items()], unit="people")
            staging.add([_permission(Family.GROUP, id_, name) for id_, name in groups.items()], unit="groups")
            staging.add([_permission(Family.ROLE, id_, name) for id_, name in roles.items()], unit="groups")
            staging.add([_grant(family[of], holder, of, relation) for holder, of, relation in edges], unit="edges")
            for unit in ("people", "groups", "edges"):
                staging.complete(unit)
            staging.merge(WHOLE, seen_at=at)


def _person(id_: str, name: str, department: str) -> AccountSeen:
    mail = f"{name.split()[0].lower()}@recorded.example"
    return AccountSeen(id_, "member", name, mail, mail, True, department, "", None, "{}", None)


def _permission(family: Family, id_: str, name: str) -> PermissionSeen:
    kind = "security_group" if family is Family.GROUP else "role"
    return PermissionSeen(family, kind, id_, NIL, key_of(family, id_), name, "", "", "", "{}")


def _grant(family: Family, holder: str, of: str, relation: Relation) -> GrantSeen:
    return GrantSeen(family, holder, "other", "", of, NIL, relation, None, 0)
