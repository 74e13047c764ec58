"""Many questions in one round trip: every part stands for itself.

source  https://learn.microsoft.com/graph/json-batching (2026): 20 parts, answers in any order, each with its own status
        and Retry-After; parts that were answered are not sent again
"""

import base64
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

import httpx2
import msgspec

from chamberlain import clock
from chamberlain.errors import ChamberlainError, Upstream
from chamberlain.graph import retry
from chamberlain.graph.fault import graph_error
from chamberlain.graph.quota.limit import Bucket
from chamberlain.graph.quota.price import Charge
from chamberlain.graph.readonly import BATCH
from chamberlain.graph.wire import GOOD, Call, Wire, filled_of, units_of
from chamberlain.model.quota import Workload

log = logging.getLogger(__name__)
Shape = TypeVar("Shape")
PARTS = 20


class Part(msgspec.Struct):
    """One answer within a batch."""

    id: str
    status: int
    headers: dict[str, Any] | None = None
    body: msgspec.Raw = msgspec.Raw(b"null")

    def header(self, name: str) -> str | None:
        """A header by its name in small letters."""
        for key, value in (self.headers or {}).items():
            if key.lower() == name:
                return str(value)
        return None


class _Answer(msgspec.Struct):
    responses: list[Part]


class Batch:
    """Up to 20 questions whose answers have one shape; asks for those that lack one until all are answered."""

    def __init__(
        self, wire: Wire, root: str, paths: Sequence[str], shape: type[Shape], *, headers: dict[str, str]
    ) -> None:
        self._wire = wire
        self._url = f"{root}/v1.0{BATCH}"
        self._paths = paths
        self._shape = shape
        self._headers = headers
        self._prices = [wire.limiter.price("GET", path) for path in paths]
        self._answers: dict[int, Any] = {}
        self._failure: ChamberlainError | None = None
        self._renewed = False
        self._is_rejected = False
        self._resting: dict[Bucket, tuple[timedelta | None, float | None]] = {}

    async def ask(self) -> list[Any]:
        """The answers, in the order of the paths: what was asked for, or the error that says why not.

        raises  what `Wire.ask` raises; Upstream when a part could not be answered in time
        """
        until = self._wire.ends()
        attempt = 0
        while left := [number for number in range(len(self._paths)) if number not in self._answers]:
            attempt += 1
            self._failure = Upstream("batch_part_missing", path=BATCH, parts=len(left))
            parts = await self._wire.ask(self._call(left), _parts, until=until)
            wait = await self._take(parts, left)
            if len(self._answers) == len(self._paths):
                break
            pause = (retry.backoff(attempt) if wait is None else wait).total_seconds()
            if self._wire.limiter.now() + pause > until:
                raise self._failure
            log.info("asking for %d parts again in %.1f s", len(self._paths) - len(self._answers), pause)
            await self._wire.limiter.sleep(pause)
        return [self._answers[number] for number in range(len(self._paths))]

    def _call(self, numbers: list[int]) -> Call:
        charges: dict[Bucket, float] = {}
        for number in numbers:
            for charge in self._prices[number].charges:
                charges[charge.bucket] = charges.get(charge.bucket, 0.0) + charge.units
        headers = {"headers": self._headers} if self._headers else {}
        requests = [{"id": str(number), "method": "GET", "url": self._paths[number], **headers} for number in numbers]
        return Call(
            method="POST",
            url=self._url,
            charges=tuple(Charge(bucket, units) for bucket, units in charges.items()),
            body=msgspec.json.encode({"requests": requests}),
            headers={"Content-Type": "application/json"},
            parts=len(numbers),
            is_batch=True,
        )

    async def _take(self, parts: list[Part], asked: list[int]) -> timedelta | None:
        """Keeps what was answered; returns how long to wait before asking for the rest, None where nobody said.

        An answer to something that was not asked, or was answered before, is not looked at.
        """
        waiting = {str(number): number for number in asked}
        waits: list[timedelta] = []
        throttled = 0
        for part in parts:
            number = waiting.pop(part.id, None)
            if number is None:
                continue
            throttled += part.status == 429
            filled = filled_of(part.header("x-ms-throttle-limit-percentage"))
            await self._wire.learn(self._prices[number].charges, filled)
            wait = self._judge(number, part)
            waits.extend([] if wait is None else [wait])
        for bucket, (wait, filled) in self._resting.items():
            await self._wire.rest(self._wire.limiter.lane(bucket), wait, filled=filled)
        self._resting.clear()
        if self._is_rejected and not self._renewed:
            self._renewed = True
            self._wire.tokens.renew()
        self._count(parts, asked, throttled=throttled)
        return max(waits) if waits else None

    def _judge(self, number: int, part: Part) -> timedelta | None:
        price = self._prices[number]
        units = units_of(part.header("x-ms-resource-unit"))
        if units is not None and part.status == 200:
            self._wire.limiter.note_cost(price.key, units)
        if part.status in GOOD:
            try:
                self._answers[number] = msgspec.json.decode(_body(part), type=self._shape)
            except (msgspec.DecodeError, UnicodeDecodeError) as unreadable:
                log.warning("unreadable part for %s: %s", self._paths[number], unreadable)
                self._failure = Upstream("microsoft_unreadable", path=self._paths[number], status=200, request_id="")
            return None
        wait = retry.asked_wait(_headers(part), now=clock.now())
        error = graph_error(
            part.status,
            bytes(part.body),
            path=self._paths[number].split("?")[0],
            request_id=part.header("request-id") or "",
            again_after=wait,
        )
        self._wire.limiter.note_refusal(error, path=self._paths[number].split("?")[0])
        return self._refused(number, part, error, wait)

    def _refused(self, number: int, part: Part, error: ChamberlainError, wait: timedelta | None) -> timedelta | None:
        if part.status == 429 or (part.status == 503 and wait is not None):
            self._failure = error
            filled = filled_of(part.header("x-ms-throttle-limit-percentage"))
            bucket = self._prices[number].charges[0].bucket
            longest, _ = self._resting.get(bucket, (None, None))
            self._resting[bucket] = (max(wait or timedelta(0), longest or timedelta(0)), filled)
            return timedelta(0)  # the lane waits
        if part.status == 401 and not self._renewed:
            self._is_rejected = True
            self._failure = error
            return timedelta(0)
        if part.status in retry.RETRIABLE or part.status == 424:
            self._failure = error
            return wait
        self._answers[number] = error
        return None

    def _count(self, parts: list[Part], asked: list[int], *, throttled: int) -> None:
        """Parts may say what each cost; the batch itself was settled as priced, so only the difference is new."""
        told = {part.id: units_of(part.header("x-ms-resource-unit")) for part in parts}
        for bucket, paid in self._by_bucket(asked).items():
            cost = paid
            if bucket.workload is Workload.DIRECTORY:
                cost = sum(self._cost(number, bucket, told.get(str(number))) for number in asked)
                self._wire.limiter.lane(bucket).correct(paid - cost)
            self._wire.count(parts=len(asked), units=cost, throttled=throttled, workload=bucket.workload)
        self._wire.on_spent(self._wire.spent)

    def _by_bucket(self, asked: list[int]) -> dict[Bucket, float]:
        found: dict[Bucket, float] = {}
        for number in asked:
            for charge in self._prices[number].charges:
                found[charge.bucket] = found.get(charge.bucket, 0.0) + charge.units
        return found

    def _cost(self, number: int, bucket: Bucket, told: float | None) -> float:
        if told is not None:
            return told
        return sum(charge.units for charge in self._prices[number].charges if charge.bucket == bucket)


def _parts(response: httpx2.Response) -> list[Part]:
    return msgspec.json.decode(response.content, type=_Answer).responses


def _headers(part: Part) -> dict[str, str]:
    return {key.lower(): str(value) for key, value in (part.headers or {}).items()}


def _body(part: Part) -> bytes:
    """The body; what is no JSON comes as base64 text."""
    body = bytes(part.body)
    kind = (part.header("content-type") or "").lower()
    if body[:1] == b'"' and kind and "json" not in kind:
        try:
            return base64.b64decode(msgspec.json.decode(body, type=str), validate=True)
        except ValueError:
            return body
    return body
