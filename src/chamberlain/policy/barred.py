"""Which kinds a run leaves alone: nobody asked for them, or Microsoft does not let us."""

from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.capability import Capability
from chamberlain.model.run import PhaseName
from chamberlain.policy.capabilities import lacks

OFF = "capability_off"
FEEDS = {
    PhaseName.PEOPLE: Capability.SEE_PEOPLE,
    PhaseName.GROUPS: Capability.SEE_GROUPS,
    PhaseName.LICENCES: Capability.SEE_LICENCES,
    PhaseName.ROLES: Capability.SEE_ROLES,
    PhaseName.PRODUCTS: Capability.SEE_PRODUCTS,
}


def barred(chosen: frozenset[Capability], held: frozenset[str]) -> dict[PhaseName, ChamberlainError]:
    """Why each of the kinds that are read side by side must be left alone; empty where all may be read.

    held  the roles of our token: what they do not say, Microsoft would refuse
    """
    found: dict[PhaseName, ChamberlainError] = {}
    for phase, capability in FEEDS.items():
        if capability not in chosen:
            found[phase] = Refused(OFF, capability=capability.value)
        elif missing := lacks(capability, held):
            found[phase] = Refused("permission_missing", capability=capability.value, scope=", ".join(missing))
    return found
