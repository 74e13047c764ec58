"""Which requests that change a tenant may leave: none, but for what somebody chose and Microsoft granted."""

from collections.abc import Iterable

from chamberlain.model.capability import Capability
from chamberlain.model.permit import Permit
from chamberlain.policy.capabilities import lacks

# source  https://learn.microsoft.com/graph/api/adminreportsettings-update (2026)
REPORT_SETTINGS = Permit("PATCH", "/admin/reportSettings")

PERMITS: dict[Capability, frozenset[Permit]] = {Capability.SHOW_REPORT_NAMES: frozenset({REPORT_SETTINGS})}


def permits(capability: Capability, *, chosen: Iterable[Capability], held: frozenset[str]) -> frozenset[Permit]:
    """What one capability lets out: nothing where it was not chosen, or a scope of it is missing.

    held  names of the scopes that we have now
    """
    if capability not in frozenset(chosen) or lacks(capability, held):
        return frozenset()
    return PERMITS.get(capability, frozenset())
