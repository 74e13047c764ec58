"""What may happen to directory roles: assigned, eligible, and neither."""

import msgspec

from chamberlain.simulator.world.activity import ROLES, Activity, RoleTarget
from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.fact import EntryFact, Fact, Shelf
from chamberlain.simulator.world.mutation.lookup import MutationRefusedError, named
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment, Schedule

PRINCIPALS = (Kind.USER, Kind.GROUP, Kind.SERVICE_PRINCIPAL)


def _entry(base: Base, shelf: Shelf, item: "_Named", *, holds: bool) -> tuple[Fact, ...]:
    principal = named(base, item.principal, *PRINCIPALS)
    if item.role not in {role.id for role in base.role_definitions()}:
        raise MutationRefusedError(f"There is no role with the id {item.role}.")
    if principal.kind is Kind.GROUP and not base.group(principal.serial).role_assignable:
        raise MutationRefusedError("Roles are given only to groups that were made for it.")
    assignment = RoleAssignment(item.role, principal, item.scope)
    timed = isinstance(item, _Timed) and (item.starts or item.ends)
    schedule = Schedule(item.starts, item.ends) if isinstance(item, _Timed) and timed else None
    return (
        EntryFact(shelf, tuple(assignment), assignment if holds else None, principal),
        EntryFact(Shelf.SCHEDULE, (shelf.value, *assignment), schedule, principal),
    )


def _targets(base: Base, item: "_Named") -> tuple[Ref | RoleTarget, ...]:
    return (named(base, item.principal, *PRINCIPALS), RoleTarget(item.role))


class _Named(msgspec.Struct, frozen=True, tag_field="kind"):
    principal: str
    role: str
    scope: str = "/"


class _Timed(_Named, frozen=True, tag_field="kind"):
    starts: str | None = None
    ends: str | None = None


class AssignRole(_Timed, frozen=True, tag="assign_role"):
    """A principal holds a role from now on, perhaps until a time."""

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The assignment is there."""
        return _entry(base, Shelf.ROLE, self, holds=True)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        name = "Add member to role" if self.scope == "/" else "Add scoped member to role"
        return (Activity(ROLES, name, "Assign", _targets(base, self)),)


class UnassignRole(_Named, frozen=True, tag="unassign_role"):
    """A principal no longer holds a role."""

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The assignment is not there."""
        return _entry(base, Shelf.ROLE, self, holds=False)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        name = "Remove member from role" if self.scope == "/" else "Remove scoped member from role"
        return (Activity(ROLES, name, "Unassign", _targets(base, self)),)


class MakeEligible(_Timed, frozen=True, tag="make_eligible"):
    """A principal may activate a role from now on, perhaps until a time."""

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The eligibility is there."""
        return _entry(base, Shelf.ELIGIBLE, self, holds=True)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return (Activity(ROLES, "Add eligible member to role", "Assign", _targets(base, self)),)


class UnmakeEligible(_Named, frozen=True, tag="unmake_eligible"):
    """A principal may no longer activate a role."""

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The eligibility is not there."""
        return _entry(base, Shelf.ELIGIBLE, self, holds=False)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return (Activity(ROLES, "Remove eligible member from role", "Unassign", _targets(base, self)),)
