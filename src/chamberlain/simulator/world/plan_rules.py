"""Service plans that do not get on with each other, or need each other.

Microsoft publishes no list. These few are named in its pages on licences that fail.

source  https://learn.microsoft.com/entra/identity/users/licensing-groups-resolve-problems, "Conflicting service plans"
        and "Other products depend on this license" (read 2026); plans by their names in the licence catalogue
"""

from collections.abc import Mapping

_EXCLUSIVE = (
    frozenset({"EXCHANGE_S_STANDARD", "EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_DESKLESS"}),
    frozenset({"SHAREPOINTSTANDARD", "SHAREPOINTENTERPRISE", "SHAREPOINTDESKLESS"}),
)
_NEEDS = {
    "MCOEV": frozenset({"MCOSTANDARD"}),
    "MCOMEETADV": frozenset({"MCOSTANDARD"}),
    "SHAREPOINTWAC": frozenset({"SHAREPOINTSTANDARD", "SHAREPOINTENTERPRISE", "SHAREPOINTDESKLESS"}),
}


def excluding(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, str] | None:
    """Two plans, of which one is new, that exclude each other. Plans that are on, by name with their ids."""
    for exclusive in _EXCLUSIVE:
        on = sorted(exclusive & after.keys())
        if len(on) > 1 and not before.keys() >= {*on}:
            return after[on[0]], after[on[1]]
    return None


def missing(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """A plan that lacks all of the plans of which it needs one, and did not before."""
    for plan, needed in _NEEDS.items():
        lacks = plan in after and not needed & after.keys()
        if lacks and (plan not in before or needed & before.keys()):
            return after[plan], tuple(sorted(needed))
    return None
