"""All lanes of one tenant, and what requests turned out to cost."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from chamberlain import clock
from chamberlain.errors import ChamberlainError
from chamberlain.graph.quota.lane import Lane
from chamberlain.graph.quota.ledger import Ledger
from chamberlain.graph.quota.limit import Bucket, limit_of
from chamberlain.graph.quota.price import Charge, Price, price
from chamberlain.model.quota import Priority, TenantSize, Workload
from chamberlain.model.refusal import Refusal

NO_REFUSAL = frozenset({0, 404, 429})  # never answered; not there; a quota


class Limiter:
    """Prices requests and leads each to its lane.

    at_once  most requests on their way at once in a lane
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        priority: Priority,
        at_once: int,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.priority = priority
        self.now = now
        self.sleep = sleep
        self._ledger = ledger
        self._at_once = at_once
        # A thread of its own: behind the store's writes in the common pool, requests would stand in line.
        self._threads = ThreadPoolExecutor(1, "ledger") if ledger.blocks else None
        self._size = TenantSize.LARGE
        self._lanes: dict[Bucket, Lane] = {}
        self._learned: dict[str, float] = {}

    def lane(self, bucket: Bucket) -> Lane:
        """The way to a budget, made when it is first needed."""
        if bucket not in self._lanes:
            self._lanes[bucket] = Lane(
                bucket.name,
                limit_of(bucket, size=self._size),
                ledger=self._ledger,
                priority=self.priority,
                at_once=self._at_once,
                threads=self._threads,
                now=self.now,
                sleep=self.sleep,
            )
        return self._lanes[bucket]

    def price(self, method: str, url: str) -> Price:
        """What a request will cost: as Microsoft last said for one like it, or as documented."""
        found = price(method, url)
        known = self._learned.get(found.key)
        if known is None:
            return found
        charges = tuple(
            Charge(one.bucket, known) if one.bucket.workload is Workload.DIRECTORY else one for one in found.charges
        )
        return Price(charges, found.key)

    def note_cost(self, key: str, units: float) -> None:
        """Microsoft said what a request cost."""
        self._learned[key] = units

    def note_refusal(self, error: ChamberlainError, *, path: str) -> None:
        """Microsoft refused something. What is only not there, or is told by the quotas, is none of it."""
        status = error.data.get("status", 0)
        if status in NO_REFUSAL or not isinstance(status, int):
            return
        request_id = str(error.data.get("request_id", ""))
        self._ledger.refused(Refusal(clock.now(), error.code, path, status, request_id))

    def size_is(self, users: int) -> None:
        """The tenant has so many users."""
        self._size = TenantSize.of(users)
        for bucket, lane in self._lanes.items():
            lane.resize(limit_of(bucket, size=self._size))

    async def close(self) -> None:
        """Gives back what is left of all leases."""
        for lane in self._lanes.values():
            await lane.close()
        if self._threads is not None:
            self._threads.shutdown()
