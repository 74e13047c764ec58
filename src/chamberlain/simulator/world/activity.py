"""What Microsoft's audit log says of a mutation.

source  https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities (read 2026)
"""

from typing import NamedTuple

from chamberlain.simulator.world.reference import Ref

GROUPS = "GroupManagement"
PEOPLE = "UserManagement"
ROLES = "RoleManagement"
APPLICATIONS = "ApplicationManagement"


class RoleTarget(NamedTuple):
    """A directory role among the targets, by the id of its definition."""

    role_id: str


class Activity(NamedTuple):
    """One line of the audit log. `operation` is Add, Update, Delete, Assign or Unassign."""

    category: str
    name: str
    operation: str
    targets: tuple[Ref | RoleTarget, ...]
    changed: tuple[tuple[str, object], ...] = ()


class AuditEntry(NamedTuple):
    """An activity with its place in the log, the second at which it happened, and the application that did it."""

    position: int
    number: int
    happened: float
    activity: Activity
    by: str | None = None
