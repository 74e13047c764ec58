"""The living tenant: a base, its log, and the overlay that the log has built."""

import msgspec

from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.log import ChangeLog
from chamberlain.simulator.world.mutation import EdgeFact, Mutation, MutationRefusedError, decode
from chamberlain.simulator.world.overlay import Overlay
from chamberlain.simulator.world.view import View


class World:
    """The only thing that changes. Readers take a `view` and keep it."""

    def __init__(self, base: Base, log: ChangeLog) -> None:
        self.base = base
        self.log = log
        self._overlay = Overlay()
        for change in log.changes(until=log.position):
            for fact in decode(change.mutation).facts(base):
                self._overlay.record(change.position, fact)

    def view(self, position: int | None = None) -> View:
        """The tenant at a position of the log, the newest by default."""
        return View(self.base, self._overlay, self.log.position if position is None else position)

    def change(self, mutation: Mutation) -> int:
        """Make a mutation true and return its position.

        raises  MutationRefusedError when it makes no sense or changes nothing
        """
        facts = mutation.facts(self.base)
        view = self.view()
        for fact in facts:
            if isinstance(fact, EdgeFact) and view.is_member(fact.target.serial, fact.holder) is fact.holds:
                raise MutationRefusedError("This is the case already.")
        position = self.log.append(msgspec.json.encode(mutation))
        for fact in facts:
            self._overlay.record(position, fact)
        return position
