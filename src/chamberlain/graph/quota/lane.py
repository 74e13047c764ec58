"""The way to one budget: pay first, learn from the answer, keep still when told to."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from chamberlain.graph import retry
from chamberlain.graph.quota.breaker import Breaker
from chamberlain.graph.quota.gate import Gate
from chamberlain.graph.quota.ledger import Ledger
from chamberlain.model.quota import Lease, Limit, Priority, Tally

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
CHUNK = 0.02  # of the quota, in one lease; the first leases are smaller, while its size is hearsay
FIRST_CHUNK = 0.001
RESERVE = {Priority.BULK: 0.10, Priority.INTERACTIVE: 0.0}
LEARN_EVERY = 0.2
PAIR = 0.1  # of a window between two sights, and of the quota spent meanwhile, before they tell its size
SMALLEST = 0.01
PROBE_UP = 1.1
NOTHING = Tally()


class Late(Exception):
    """The budget has nothing for us before the deadline."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"nothing for {wait:.1f} s")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class _Sight:
    """What Microsoft told of its quota at one moment."""

    filled: float
    spent: float
    at: float


class Lane:
    """One budget as this process sees it. First come, first served.

    threads  where a ledger that blocks is asked; None: where everybody's work is done
    """

    def __init__(
        self,
        name: str,
        limit: Limit,
        *,
        ledger: Ledger,
        priority: Priority,
        at_once: int,
        threads: Executor | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.gate = Gate(min(at_once, limit.at_once or at_once))
        self.breaker = Breaker()
        self.waited = timedelta(0)
        self._limit = limit
        self._ledger = ledger
        self._threads = threads
        self._reserve = RESERVE[priority]
        self._now = now
        self._sleep = sleep
        self._lock = asyncio.Lock()
        self._opened = False
        self._was_opened = False
        self._balance = 0.0
        self._on_the_way = 0.0
        self._size = limit.units
        self._chunk = FIRST_CHUNK
        self._tally = NOTHING
        self._sight: _Sight | None = None
        self._learned_at = float("-inf")
        self._refusals = 0

    async def pay(self, units: float, *, until: float) -> None:
        """Takes units from the budget, waiting for them where necessary.

        until   on the lane's clock
        raises  Late
        """
        async with self._lock:
            if not self._opened:
                await self._ask(self._ledger.open, self.name, self._limit)
                self._opened = self._was_opened = True
            while self._balance < units:
                lease = await self._lease(units)
                if lease.granted > 0:
                    continue
                if self._now() + lease.wait > until:
                    raise Late(lease.wait)
                if lease.paused == 0:
                    await self._probe_up()
                await self._sleep(lease.wait)
                self.waited += timedelta(seconds=lease.wait)
                self._note(waited=timedelta(seconds=lease.wait))
            self._balance -= units
            self._on_the_way += units

    def settle(self, *, paid: float, cost: float, requests: int = 1, throttled: int = 0) -> None:
        """After an answer, or none: corrects what was paid by what Microsoft says it cost."""
        self._on_the_way -= paid
        self._balance += paid - cost
        self._note(units=cost, requests=requests, throttled=throttled)

    def correct(self, units: float) -> None:
        """What was settled turned out to cost so much less."""
        self._balance += units
        self._note(units=-units)

    async def hold(self, wait: timedelta, *, filled: float | None) -> None:
        """Microsoft refused: the budget rests for everybody, and fewer go at once.

        filled  what it said of the quota, if anything: then our count was wrong, otherwise somebody else spends
        """
        units, self._balance = max(self._balance, 0.0), min(self._balance, 0.0)
        tally = self._take_tally()
        await self._ask(self._ledger.give_back, self.name, units=units, tally=tally)
        unexplained = filled is None
        if await self._ask(self._ledger.pause, self.name, wait=wait, unexplained=unexplained):
            self._refusals += 1
            self.gate.halve()
            log.info("%s rests for %.1f s", self.name, wait.total_seconds())

    def next_rest(self) -> timedelta:
        """How long to rest where Microsoft does not say: longer with each refusal in a row."""
        return retry.backoff(self._refusals + 1)

    def served(self) -> None:
        """An answer came."""
        self._refusals = 0
        self.breaker.succeeded()
        self.gate.grow()

    async def learn(self, filled: float) -> None:
        """Compares how full Microsoft says the quota is (1 = at the limit) with what was spent, and corrects its size.

        Between two sights, what was spent went into what is filled and what ran off meanwhile; before the first one,
        the quota was empty when the burst began. An estimate never exceeds what is documented.
        """
        now = self._now()
        if now - self._learned_at < LEARN_EVERY:
            return
        self._learned_at = now
        lease = await self._ask(
            self._ledger.lease, self.name, wanted=0.0, least=0.0, reserve=0.0, tally=self._take_tally()
        )
        unspent = self._balance + self._on_the_way
        sight = _Sight(filled, lease.leased - unspent, lease.at)
        size = self._estimate(sight, burst=lease.burst - unspent, seconds=lease.burst_seconds)
        size = min(max(size or lease.size, self._limit.units * SMALLEST), self._limit.units)
        self._size = size
        spare, self._balance = max(self._balance, 0.0), min(self._balance, 0.0)  # leased when we thought it larger
        await self._ask(self._ledger.give_back, self.name, units=spare, tally=NOTHING)
        await self._ask(self._ledger.measure, self.name, size=size, left=max(1 - filled, 0.0) * size)

    async def close(self) -> None:
        """Gives back what was leased and not used."""
        if self._was_opened:
            units, self._balance = self._balance, 0.0
            await self._ask(self._ledger.give_back, self.name, units=units, tally=self._take_tally())

    def resize(self, limit: Limit) -> None:
        """The tenant turned out to be of another size."""
        if limit != self._limit:
            self._limit, self._size = limit, limit.units
            self._opened = False

    def _estimate(self, sight: _Sight, *, burst: float, seconds: float) -> float | None:
        window = self._limit.window.total_seconds()
        before = self._sight
        if before is None or sight.at - before.at > seconds:
            self._sight = sight
            return burst / (sight.filled + seconds / window) if burst > 0 else None
        elapsed = (sight.at - before.at) / window
        if elapsed < PAIR or sight.spent - before.spent < PAIR * self._size:
            return None
        self._sight = sight
        share = sight.filled - before.filled + elapsed
        return (self._size + (sight.spent - before.spent) / share) / 2 if share > PAIR / 2 else None

    async def _probe_up(self) -> None:
        """Where we wait for a quota that we learned to be small, and Microsoft no longer says it is nearly full."""
        window = self._limit.window.total_seconds()
        if self._size < self._limit.units and self._now() - self._learned_at > window:
            self._learned_at = self._now()
            self._size = min(self._size * PROBE_UP, self._limit.units)
            await self._ask(self._ledger.measure, self.name, size=self._size, left=None)

    async def _lease(self, units: float) -> Lease:
        chunk = max(self._size * self._chunk, 1.0)
        self._chunk = min(self._chunk * 1.5, CHUNK)
        lacking = units - self._balance
        lease: Lease = await self._ask(
            self._ledger.lease,
            self.name,
            wanted=max(lacking, chunk),
            least=min(lacking, chunk),
            reserve=self._reserve,
            tally=self._take_tally(),
        )
        self._balance += lease.granted
        self._size = lease.size
        return lease

    def _note(
        self, *, units: float = 0.0, requests: int = 0, throttled: int = 0, waited: timedelta = NOTHING.waited
    ) -> None:
        told = self._tally
        self._tally = Tally(
            units=told.units + units,
            requests=told.requests + requests,
            throttled=told.throttled + throttled,
            waited=told.waited + waited,
        )

    def _take_tally(self) -> Tally:
        tally, self._tally = self._tally, NOTHING
        return tally

    async def _ask(self, question: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """What the ledger says; one that blocks is asked in another thread."""
        if self._ledger.blocks:
            asked = partial(question, *values, **named)
            return await asyncio.get_running_loop().run_in_executor(self._threads, asked)
        return question(*values, **named)
