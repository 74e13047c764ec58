"""Which licences people hold directly, and how those of groups reach them."""

from enum import IntEnum

from chamberlain.simulator.world.group import GroupLicence
from chamberlain.simulator.world.licence import LicenceState, Sku, State
from chamberlain.simulator.world.person import AccountUse
from chamberlain.simulator.world.seeded.people import DAYS
from chamberlain.simulator.world.seeded.permutation import Draws

GROUP_LICENCES = {4: ("SPE_E3", 0), 5: ("POWER_BI_PRO", 0), 24: ("ENTERPRISEPACK", 4), 25: ("EMS", 1)}
"""Licence groups: SKU and how many of its plans are switched off."""

_MAIN = ((15, "SPE_E5"), (45, "SPE_E3"), (55, "SPE_F1"), (60, "ENTERPRISEPACK"))
_EXTRA = ((0, 20, "VISIOCLIENT"), (1, 25, "PROJECTPROFESSIONAL"), (2, 10, "POWER_BI_PRO"), (0, 3, "FLOW_FREE"))
_TROUBLE = {
    0: (State.ERROR, "CountViolation"),
    1: (State.ACTIVE_WITH_ERROR, "DependencyViolation"),
    2: (State.ERROR, "MutuallyExclusiveViolation"),
    3: (State.ERROR, "ProhibitedInUsageLocationViolation"),
    4: (State.DISABLED, "None"),
}
_TROUBLE_AMONG = 200


class Stream(IntEnum):
    """Streams of draws that this module uses."""

    MAIN = 30
    EXTRA = 31
    INHERITED = 32


class Licences:
    """Assignments computed from the person's index and what the account is for."""

    def __init__(self, catalogue: dict[str, Sku], draws: Draws) -> None:
        self._draws = draws
        self._skus = {
            name: (sku.id, tuple(sorted(plan.id for plan in sku.plans if plan.applies_to == "User")))
            for name, sku in catalogue.items()
        }

    def _direct(self, name: str, bits: int) -> LicenceState:
        sku_id, plans = self._skus[name]
        off = (0, 0, 0, 1, 3)[bits % 5]
        return LicenceState(sku_id, plans[1 : 1 + off], None, State.ACTIVE, "None", DAYS[bits >> 8 & 1023])

    def _employee(self, user: int, use: AccountUse) -> list[LicenceState]:
        bits = self._draws.draw(Stream.MAIN, user)
        choice = bits % 100
        main = next((name for limit, name in _MAIN if choice < limit), None)
        if main is None and use is AccountUse.LEAVER:
            main = "SPE_E3"
        found = [self._direct(main, bits >> 8)] if main else []
        extra = self._draws.draw(Stream.EXTRA, user)
        for place, (wanted, among, name) in enumerate(_EXTRA):
            if (extra >> 12 * place) % among == wanted:
                found.append(self._direct(name, extra >> 16))
        return found

    def direct(self, user: int, use: AccountUse) -> list[LicenceState]:
        """Licences assigned to the person alone."""
        if use in {AccountUse.EMPLOYEE, AccountUse.LEAVER}:
            return self._employee(user, use)
        bits = self._draws.draw(Stream.MAIN, user)
        if use is AccountUse.SHARED_MAILBOX and bits & 1:
            return [self._direct("EXCHANGESTANDARD", 0)]
        if use is AccountUse.ADMIN:
            return [self._direct("AAD_PREMIUM_P2", 0)]
        if use is AccountUse.GUEST and bits % 10 == 0:
            return [self._direct("FLOW_FREE", 0)]
        return []

    def inherited(self, user: int, group: int, licence: GroupLicence) -> LicenceState:
        """How the licence of a group arrives at a direct member: mostly well, for a few with an error."""
        bits = self._draws.draw(Stream.INHERITED, user * 64 + group % 64)
        state, error = _TROUBLE.get(bits % _TROUBLE_AMONG, (State.ACTIVE, "None"))
        return LicenceState(licence.sku_id, licence.disabled_plans, group, state, error, DAYS[bits >> 20 & 1023])
