"""Roles that were given for a time end by themselves, whoever looks.

source  https://learn.microsoft.com/graph/api/resources/privilegedidentitymanagementv3-overview (read 2026)
"""

from datetime import datetime
from heapq import heappop, heappush

from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.fact import EntryFact, Fact, Key, Shelf
from chamberlain.simulator.world.log import Change
from chamberlain.simulator.world.mutation.roles import UnassignRole, UnmakeEligible
from chamberlain.simulator.world.tenant import World


class RoleClock:
    """Ends what is over."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: list[tuple[float, Key]] = []
        for fact in world.view().facts_since(0):
            self._note(fact)
        world.listen(self._hear)

    def _hear(self, _change: Change, facts: tuple[Fact, ...]) -> None:
        for fact in facts:
            self._note(fact)

    def _note(self, fact: Fact) -> None:
        if isinstance(fact, EntryFact) and fact.shelf is Shelf.SCHEDULE and fact.item and fact.item.ends:
            heappush(self._waiting, (datetime.fromisoformat(fact.item.ends).timestamp(), fact.key))

    def expire(self, now: float) -> None:
        """End what was to end by now; what got another end since, or ended before, is left alone."""
        while self._waiting and self._waiting[0][0] <= now:
            _, key = heappop(self._waiting)
            schedule = self._world.view().entry(Shelf.SCHEDULE, key, key[2])
            if schedule and schedule.ends and datetime.fromisoformat(schedule.ends).timestamp() <= now:
                self._world.change(_ending(self._world.base, key))


def _ending(base: Base, key: Key) -> UnassignRole | UnmakeEligible:
    shelf, role, principal, scope = key
    kind = UnassignRole if shelf == Shelf.ROLE.value else UnmakeEligible
    return kind(base.guid(principal), role, scope)
