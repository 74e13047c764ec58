"""What may happen to settings of the tenant itself."""

import msgspec

from chamberlain.simulator.world.activity import Activity
from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.fact import CONCEALED_NAMES, EntryFact, Fact, Shelf


class ConcealNames(msgspec.Struct, frozen=True, tag_field="kind", tag="conceal_names"):
    """Names in usage reports are concealed from now on, or shown. Entra's audit log says nothing of it."""

    concealed: bool

    def facts(self, _base: Base) -> tuple[Fact, ...]:
        """The setting."""
        return (EntryFact(Shelf.SETTING, CONCEALED_NAMES, self.concealed, None),)

    def activities(self, _base: Base) -> tuple[Activity, ...]:
        """Nothing: the Microsoft 365 admin centre has a log of its own."""
        return ()
