"""Pacing against a quota like Microsoft's, on a clock that nobody waits for."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from chamberlain.graph.quota.lane import NOTHING, Lane
from chamberlain.graph.quota.ledger import HEADROOM, MemoryLedger
from chamberlain.model.quota import Limit, Priority

WINDOW = 10.0
NOMINAL = Limit(8_000, timedelta(seconds=WINDOW))
LATENCY = 0.1


class Clock:
    """Time that passes only when everybody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + seconds, next(self._order), woken))
        await woken

    async def run(self, *stories: Coroutine[Any, Any, None]) -> None:
        tasks = [asyncio.ensure_future(story) for story in stories]
        while not all(task.done() for task in tasks):
            for _ in range(12):
                await asyncio.sleep(0)
            if self._sleepers and not all(task.done() for task in tasks):
                self.time, _, woken = heapq.heappop(self._sleepers)
                woken.set_result(None)
        await asyncio.gather(*tasks)


@dataclass
class Quota:
    """A bucket like Microsoft's: full at first, refilled evenly; says how full it is above 0.8."""

    clock: Clock
    size: float
    speaks: bool = True
    left: float = field(init=False)
    at: float = 0.0
    served: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self.left = self.size

    def draw(self, units: float) -> tuple[bool, float | None]:
        now = self.clock.now()
        self.left = min(self.size, self.left + (now - self.at) * self.size / WINDOW)
        self.at = now
        granted = self.left >= units
        if granted:
            self.left -= units
        filled = (self.size - self.left) / self.size if granted else 1.0
        self.served += granted
        self.refused += not granted
        return granted, round(filled, 2) if self.speaks and filled > 0.8 else None


@dataclass
class Process:
    """A worker of ours: 16 requests at once until its share of the work is done."""

    clock: Clock
    ledger: MemoryLedger
    quota: Quota
    units: list[float]
    at_once: int = 16
    priority: Priority = Priority.BULK
    ended: float = 0.0
    lane: Lane = field(init=False)

    def __post_init__(self) -> None:
        self.lane = Lane(
            "directory",
            NOMINAL,
            ledger=self.ledger,
            priority=self.priority,
            at_once=self.at_once,
            now=self.clock.now,
            sleep=self.clock.sleep,
        )

    async def run(self) -> None:
        work = iter(self.units)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.at_once):
                group.create_task(self._worker(work))
        await self.lane.close()
        self.ended = self.clock.now()

    async def _worker(self, work: "itertools.chain[float] | Any") -> None:
        for units in work:
            while not await self._ask(units):
                pass

    async def _ask(self, units: float) -> bool:
        async with self.lane.gate:
            await self.lane.pay(units, until=float("inf"))
            await self.clock.sleep(LATENCY / 2)
            granted, filled = self.quota.draw(units)
            await self.clock.sleep(LATENCY / 2)
            self.lane.settle(paid=units, cost=units)
        if filled is not None:
            await self.lane.learn(filled)
        if granted:
            self.lane.served()
        else:
            await self.lane.hold(timedelta(seconds=1), filled=filled)
        return granted


def ledger_on(clock: Clock, **options: Any) -> MemoryLedger:
    return MemoryLedger(now=clock.now, **options)


def go(story: Callable[[Clock], list[Process]]) -> list[Process]:
    async def run() -> list[Process]:
        clock = Clock()
        processes = story(clock)
        await clock.run(*(process.run() for process in processes))
        return processes

    return asyncio.run(run())


def paced(
    scale: float, units: float, *, processes: int, ledger: MemoryLedger | None = None, **quota: Any
) -> list[Process]:
    """Six times the quota spent as quickly as it goes, by so many processes that share one ledger."""
    size = NOMINAL.units * scale

    def story(clock: Clock) -> list[Process]:
        shared = ledger_on(clock)
        microsoft = Quota(clock, size, **quota)
        each = [units] * int(6 * size / units / processes)
        at_once = 128 if scale == 1.0 else 16
        return [Process(clock, shared, microsoft, each, at_once=at_once) for _ in range(processes)]

    return go(story)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(("scale", "units"), [(1.0, 3.0), (1.0, 40.0), (0.05, 1.0), (0.05, 3.0)])
def test_a_run_takes_little_longer_than_the_quota_allows_and_is_hardly_refused(
    scale: float, units: float, processes: int
) -> None:
    """Also where the quota is a twentieth of what is documented: Microsoft says how full it is, and we believe it."""
    done = paced(scale, units, processes=processes)

    size = NOMINAL.units * scale
    ideal = (6 * size - size) / (size / WINDOW)
    assert ideal * 0.9 < max(process.ended for process in done) <= 1.2 * ideal
    assert done[0].quota.served == 6 * size // units
    # Two that start at once on a quota that neither knows have more under way when they hear of it.
    allowed = 0.02 if scale < 1 and processes > 1 else 0.005
    assert done[0].quota.refused <= allowed * done[0].quota.served


def test_without_the_budget_the_same_run_is_refused_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plant: what is measured above is the budget's work."""

    async def pay_nothing(_self: Lane, _units: float, *, until: float) -> None:
        return None

    monkeypatch.setattr(Lane, "pay", pay_nothing)
    monkeypatch.setattr(Lane, "hold", lambda *_values, **_named: asyncio.sleep(0))
    monkeypatch.setattr(Lane, "learn", lambda *_values, **_named: asyncio.sleep(0))
    done = paced(0.05, 1.0, processes=1)
    assert done[0].quota.refused > 0.05 * done[0].quota.served


def test_a_person_is_served_while_a_run_has_to_wait() -> None:
    """The last tenth of a budget is not a run's."""

    def story(clock: Clock) -> list[Process]:
        ledger, quota = ledger_on(clock), Quota(clock, NOMINAL.units)
        run = Process(clock, ledger, quota, [40.0] * 600, at_once=128)
        person = Process(clock, ledger, quota, [2.0] * 100, at_once=1, priority=Priority.INTERACTIVE)
        return [run, person]

    run, person = go(story)
    assert run.ended > 15
    assert person.ended == pytest.approx(100 * LATENCY, rel=0.02)
    assert person.lane.waited == timedelta(0)


def test_slowing_down_to_a_half_takes_twice_as_long() -> None:
    def story(share: float) -> Callable[[Clock], list[Process]]:
        def begin(clock: Clock) -> list[Process]:
            return [
                Process(clock, ledger_on(clock, share=share), Quota(clock, NOMINAL.units), [40.0] * 600, at_once=128)
            ]

        return begin

    (whole,), (half,) = go(story(1.0)), go(story(0.5))
    rate = NOMINAL.units * 0.95 / WINDOW
    burst = NOMINAL.units * 0.95 * 0.9
    assert whole.ended == pytest.approx((24_000 - burst) / rate, rel=0.05)
    assert half.ended == pytest.approx((24_000 - burst / 2) / (rate / 2), rel=0.05)


def test_where_others_spend_too_we_leave_them_more_and_come_back_later() -> None:
    """Somebody with the same app uses a fifth and Microsoft says nothing of how full it is: refusals teach us."""

    def story(clock: Clock) -> list[Process]:
        quota = Quota(clock, NOMINAL.units, speaks=False)
        other = Process(clock, ledger_on(clock, share=0.2), quota, [40.0] * 400, at_once=16)
        ours = Process(clock, ledger_on(clock), quota, [40.0] * 2_000, at_once=128)
        return [ours, other]

    ours, _ = go(story)
    assert 0 < ours.quota.refused <= 0.02 * ours.quota.served
    lease = ours.ledger.lease("directory", wanted=1e9, least=0, reserve=0, tally=NOTHING)
    assert lease.size == NOMINAL.units
    assert ours.ledger._budgets["directory"].headroom > HEADROOM
