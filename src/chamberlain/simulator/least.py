"""The fewest resource units for which the whole tenant can be read, by a formula; docs/reference/simulator.md tells it.

source  https://learn.microsoft.com/graph/throttling-limits (read 2026) for the costs; pages hold 999 objects, and
        those of changes 500 members
"""

from math import ceil

from chamberlain.simulator.graph.sources import Assignments, Members, Objects
from chamberlain.simulator.world.reference import Kind
from chamberlain.simulator.world.view import View

PAGE = 999
MEMBERS_PER_DELTA_PAGE = 500
EXPANDED = 20
USERS_PAGE, GROUPS_PAGE, OWNERS_PAGE, MEMBERS_PAGE = 2, 1, 1, 2
SKUS, ORGANIZATION, REPORT_SETTINGS = 2, 1, 1


def _pages(count: int) -> int:
    """Pages of a listing; an empty one costs a request, too."""
    return max(1, ceil(count / PAGE))


def _count(view: View, kind: Kind) -> int:
    return Objects(view, kind, lambda index: index).count()


def _members(view: View) -> int:
    """Members of groups that `$expand` may have cut: by changes, or by listings where those are cheaper."""
    total = listed = 0
    for ref in view.everything(Kind.GROUP):
        size = Members(view, ref.serial).count()
        if size >= EXPANDED:
            total += size
            listed += min(MEMBERS_PAGE * _pages(size), ceil(size / MEMBERS_PER_DELTA_PAGE))
    return min(ceil(total / MEMBERS_PER_DELTA_PAGE), listed)


def _assignments(view: View) -> int:
    return sum(
        _pages(Assignments(view, ref.serial).count())
        for ref in view.everything(Kind.SERVICE_PRINCIPAL)
        if view.service_principal(ref.serial).type != "ManagedIdentity"
    )


def least_resource_units(view: View) -> dict[str, int]:
    """Resource units of a full reading, by what they are spent on."""
    groups = _pages(_count(view, Kind.GROUP))
    return {
        "users": USERS_PAGE * _pages(_count(view, Kind.USER)),
        "groups": GROUPS_PAGE * groups,
        "owners": OWNERS_PAGE * groups,
        "members": _members(view),
        "service_principals": _pages(_count(view, Kind.SERVICE_PRINCIPAL)),
        "app_role_assignments": _assignments(view),
        "role_definitions": 1,
        "role_assignments": _pages(len(view.role_assignments())),
        "role_schedules": _pages(len(view.role_assignments())),
        "role_eligibility": _pages(len(view.eligible_assignments())),
        "subscribed_skus": SKUS,
        "organization": ORGANIZATION,
        "report_settings": REPORT_SETTINGS,
    }
