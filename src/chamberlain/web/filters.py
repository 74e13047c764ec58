"""What can be set in the address of a list, and what that means to the query."""

from collections.abc import Mapping

from chamberlain.model.kind import AccountType, Kind
from chamberlain.queries.people import PeopleFilter, PeopleSort
from chamberlain.queries.permissions import PermissionFilter

TYPES = {"member": AccountType.MEMBER, "guest": AccountType.GUEST}
STATES = {"active": True, "blocked": False}
YES_NO = {"yes": True, "no": False}
SORTS = {sort.value: sort for sort in PeopleSort}

PEOPLE_TEXTS = ("q", "department")
PEOPLE_CHOICES: Mapping[str, tuple[str, ...]] = {
    "type": tuple(TYPES),
    "state": tuple(STATES),
    "licensed": tuple(YES_NO),
    "admin": tuple(YES_NO),
    "sort": tuple(SORTS),
}
PERMISSION_TEXTS = ("q",)
PERMISSION_CHOICES: Mapping[str, tuple[str, ...]] = {
    "rule": tuple(YES_NO),
    "synced": tuple(YES_NO),
    "empty": tuple(YES_NO),
}


def people_filter(chosen: Mapping[str, str]) -> PeopleFilter:
    """Which people an address asks for."""
    return PeopleFilter(
        text=chosen["q"],
        type=TYPES.get(chosen["type"]),
        enabled=STATES.get(chosen["state"]),
        licensed=YES_NO.get(chosen["licensed"]),
        admin=YES_NO.get(chosen["admin"]),
        department=chosen["department"],
        sort=SORTS.get(chosen["sort"], PeopleSort.NAME),
    )


def permission_filter(chosen: Mapping[str, str], kind: Kind | None) -> PermissionFilter:
    """Which permissions an address asks for."""
    return PermissionFilter(
        kind=kind,
        text=chosen["q"],
        dynamic=YES_NO.get(chosen["rule"]),
        on_premises=YES_NO.get(chosen["synced"]),
        empty=YES_NO.get(chosen["empty"]),
    )
