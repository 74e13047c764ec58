"""Where the budgets are kept: what a lane asks of a ledger, and a ledger for one process.

The ledger that all processes share is in the store.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from chamberlain.model.quota import Lease, Limit, Tally
from chamberlain.model.refusal import Refusal

HEADROOM = 0.05
HEADROOM_STEP = 0.05
MOST_HEADROOM = 0.30
HEADROOM_DECAY = 0.01 / 60  # a second: a point a minute
LEFT_AFTER_PAUSE = 0.2
SOON = 0.005


class Ledger(Protocol):
    """Budgets of one app in one tenant, by name. Every method may block; `blocks` says whether it does."""

    blocks: bool

    def open(self, name: str, limit: Limit) -> None:
        """Makes the budget, full, or brings its limit up to date."""

    def lease(self, name: str, *, wanted: float, least: float, reserve: float, tally: Tally) -> Lease:
        """Gives up to `wanted` units, or none where fewer than `least` are there beyond the share `reserve`."""

    def give_back(self, name: str, *, units: float, tally: Tally) -> None:
        """Takes back what was leased and not used."""

    def pause(self, name: str, *, wait: timedelta, unexplained: bool) -> bool:
        """Nobody gets anything for so long; tells whether the budget was running until now.

        unexplained  our own count has no reason for it: others spend too, so more headroom is left from now on
        """

    def measure(self, name: str, *, size: float, left: float | None) -> None:
        """Notes what Microsoft's quota seems to be, in units a window, and how much of it is left."""

    def refused(self, refusal: Refusal) -> None:
        """Notes what Microsoft refused, for people to see. Never blocks."""


@dataclass(slots=True)
class _Budget:
    limit: Limit
    size: float
    at: float
    tokens: float = 0.0
    headroom: float = HEADROOM
    headroom_at: float = 0.0
    paused_until: float = 0.0
    leased: float = 0.0
    burst_at: float = 0.0
    burst_leased: float = 0.0
    tally: Tally = field(default_factory=Tally)

    def left_unused(self) -> float:
        return max(HEADROOM, self.headroom - HEADROOM_DECAY * (self.at - self.headroom_at))

    def capacity(self, share: float) -> float:
        return self.size * (1 - self.left_unused()) * share


class MemoryLedger:
    """A ledger that ends with its process: for connecting, where no tenant is known yet, and for tests."""

    blocks = False

    def __init__(self, *, share: float = 1.0, now: Callable[[], float] = time.monotonic) -> None:
        self.share = share
        self._now = now
        self._budgets: dict[str, _Budget] = {}

    def open(self, name: str, limit: Limit) -> None:
        """See `Ledger`."""
        budget = self._budgets.get(name)
        if budget is None:
            budget = _Budget(limit=limit, size=limit.units, at=self._now())
            budget.tokens = budget.capacity(self.share)
            budget.burst_at = budget.at
            self._budgets[name] = budget
        elif budget.limit != limit:
            budget.size *= limit.units / budget.limit.units
            budget.limit = limit

    def lease(self, name: str, *, wanted: float, least: float, reserve: float, tally: Tally) -> Lease:
        """See `Ledger`."""
        budget = self._fill(name, tally)
        capacity = budget.capacity(self.share)
        spare = budget.tokens - reserve * capacity
        paused = max(budget.paused_until - budget.at, 0.0)
        granted = min(wanted, spare) if paused == 0 and spare >= least and wanted > 0 else 0.0
        budget.tokens -= granted
        budget.leased += granted
        rate = capacity / budget.limit.window.total_seconds()
        short = max(min(wanted, max(least, capacity * 0.02)) - spare, 0.0) / rate if granted == 0 else 0.0
        return Lease(
            granted=granted,
            wait=max(paused, short + SOON),
            paused=paused,
            leased=budget.leased,
            burst=budget.leased - budget.burst_leased,
            burst_seconds=budget.at - budget.burst_at,
            size=budget.size,
            at=budget.at,
        )

    def give_back(self, name: str, *, units: float, tally: Tally) -> None:
        """See `Ledger`."""
        budget = self._fill(name, tally)
        budget.tokens = min(budget.tokens + units, budget.capacity(self.share))
        budget.leased -= units

    def pause(self, name: str, *, wait: timedelta, unexplained: bool) -> bool:
        """See `Ledger`."""
        budget = self._fill(name, Tally())
        was_running = budget.paused_until <= budget.at
        if was_running and unexplained:
            budget.headroom = min(budget.left_unused() + HEADROOM_STEP, MOST_HEADROOM)
            budget.headroom_at = budget.at
        budget.paused_until = max(budget.paused_until, budget.at + wait.total_seconds())
        budget.tokens = min(budget.tokens, LEFT_AFTER_PAUSE * budget.capacity(self.share))
        return was_running

    def measure(self, name: str, *, size: float, left: float | None) -> None:
        """See `Ledger`."""
        budget = self._fill(name, Tally())
        budget.size = min(size, budget.limit.units)
        if left is not None:
            budget.tokens = min(budget.tokens, max(left - budget.left_unused() * budget.size, 0.0))

    def refused(self, refusal: Refusal) -> None:
        """See `Ledger`: nobody looks at this one."""

    def _fill(self, name: str, tally: Tally) -> _Budget:
        budget = self._budgets[name]
        now = self._now()
        window = budget.limit.window.total_seconds()
        elapsed = max(now - budget.at, 0.0)
        if elapsed > window:
            budget.burst_at, budget.burst_leased = now, budget.leased
        budget.at = now
        capacity = budget.capacity(self.share)
        budget.tokens = min(capacity, budget.tokens + elapsed * capacity / window)
        budget.tally = Tally(
            units=budget.tally.units + tally.units,
            requests=budget.tally.requests + tally.requests,
            throttled=budget.tally.throttled + tally.throttled,
            waited=budget.tally.waited + tally.waited,
        )
        return budget
