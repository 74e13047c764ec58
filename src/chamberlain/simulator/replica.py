"""Replicas that lag: a read may be answered from the tenant as it was a moment ago.

source  https://learn.microsoft.com/graph/delta-query-overview, "replication delays" (read 2026)
"""

from collections import deque

from chamberlain.simulator.world.seeded.permutation import GOLDEN_RATIO_64, MASK_64, mix
from chamberlain.simulator.world.tenant import World

_REMEMBERED_SECONDS = 600.0


class Replicas:
    """Positions of the log by the time at which they became the newest."""

    def __init__(self, world: World, *, seed: int) -> None:
        self._world = world
        self._seed = mix(seed & MASK_64)
        self._asked = 0
        self._known: deque[tuple[float, int]] = deque([(0.0, world.log.position)])

    def note(self, now: float) -> None:
        """Look whether the tenant has changed."""
        position = self._world.log.position
        if position != self._known[-1][1]:
            self._known.append((now, position))
            while len(self._known) > 2 and self._known[1][0] < now - _REMEMBERED_SECONDS:
                self._known.popleft()

    def position(self, now: float) -> int | None:
        """The position of whichever replica answers; None for the newest."""
        lag_ms = self._world.knobs.replica_lag_ms
        if not lag_ms:
            return None
        self._asked += 1
        part = mix(self._seed ^ (self._asked * GOLDEN_RATIO_64 & MASK_64)) / MASK_64
        return self.as_of(now - part * lag_ms / 1000)

    def as_of(self, moment: float) -> int:
        """The newest position at a moment."""
        return next((position for when, position in reversed(self._known) if when <= moment), self._known[0][1])
