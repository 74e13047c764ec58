"""One question over the wire: paid for, sent, judged, and asked again until it is answered or its time is over."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import httpx2
import msgspec

from chamberlain import clock
from chamberlain.errors import ChamberlainError, Upstream
from chamberlain.graph import retry
from chamberlain.graph.fault import graph_error
from chamberlain.graph.quota.lane import Lane, Late
from chamberlain.graph.quota.limiter import Limiter
from chamberlain.graph.quota.price import Charge
from chamberlain.graph.spent import Spent
from chamberlain.graph.token import TokenSource
from chamberlain.model.quota import Priority, Workload

log = logging.getLogger(__name__)
Value = TypeVar("Value")
GOOD = frozenset({200, 201, 202, 204})


@dataclass(frozen=True, slots=True)
class Call:
    """What to send.

    charges     what it draws on, the lane it waits in first
    key         of its price; "" where what it cost teaches nothing
    parts       requests in it
    is_batch    its parts are counted by the one who reads them
    repeatable  whether asking twice does no harm
    """

    method: str
    url: str
    charges: tuple[Charge, ...]
    key: str = ""
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    parts: int = 1
    is_batch: bool = False
    repeatable: bool = True


class ErrorOf(Protocol):
    """Says what a refused request means. Exchange refuses in other words than Graph."""

    def __call__(
        self, status: int, body: bytes, /, *, path: str, request_id: str, again_after: timedelta | None
    ) -> ChamberlainError:
        """The error."""


class Again(Exception):
    """Asking again may help; `error` is what it means when it does not."""

    def __init__(
        self,
        error: ChamberlainError,
        *,
        wait: timedelta | None = None,
        is_rejection: bool = False,
        was_read: bool = True,
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        self.is_rejection = is_rejection
        self.was_read = was_read


@dataclass(slots=True)
class Wire:
    """Sends calls of one tenant. `deadline` is how long one may take, however often it is asked."""

    http: httpx2.AsyncClient
    tokens: TokenSource
    limiter: Limiter
    deadline: timedelta
    spent: Spent = field(default_factory=Spent)
    on_spent: Callable[[Spent], None] = lambda _spent: None
    error_of: ErrorOf = graph_error

    def ends(self) -> float:
        """When the time of a call that begins now is over, on the limiter's clock."""
        return self.limiter.now() + self.deadline.total_seconds()

    async def ask(self, call: Call, read: Callable[[httpx2.Response], Value], *, until: float | None = None) -> Value:
        """The answer, as `read` makes it; what passes is asked again.

        read    may raise msgspec.DecodeError or UnicodeDecodeError: then the answer was damaged on the way
        raises  NotFound, Refused, Upstream; see `fault.graph_error`; Upstream("circuit_open")
        """
        until = self.ends() if until is None else until
        lane = self.limiter.lane(call.charges[0].bucket)
        attempt, renewed = 0, False
        failure: ChamberlainError | None = None
        while True:
            attempt += 1
            try:
                return await self._try(call, read, lane=lane, until=until)
            except Late as late:
                raise failure or _late(late, lane) from None
            except Again as again:
                failure = again.error
                if (again.is_rejection and renewed) or not (call.repeatable or not again.was_read):
                    raise failure from None
                renewed = renewed or again.is_rejection
                wait = (retry.backoff(attempt) if again.wait is None else again.wait).total_seconds()
                if self.limiter.now() + wait > until:
                    raise failure from None
                log.info("asking again in %.1f s: %s", wait, failure)
            await self.limiter.sleep(wait)

    def count(self, *, parts: int, units: float, throttled: int, workload: Workload) -> None:
        """Adds to what was spent."""
        self.spent.requests += parts
        self.spent.throttled += throttled
        if workload is Workload.DIRECTORY:
            self.spent.resource_units += round(units)
        self.spent.by_workload[workload] = self.spent.by_workload.get(workload, 0) + parts

    async def _try(self, call: Call, read: Callable[[httpx2.Response], Value], *, lane: Lane, until: float) -> Value:
        await self._closed_circuit(lane, until=until)
        async with lane.gate:
            waited = lane.waited
            await self._pay(call, until=until)
            self.spent.waited += lane.waited - waited
            response = await self._send(call, lane)
        return await self._judge(response, call, read, lane)

    async def _closed_circuit(self, lane: Lane, *, until: float) -> None:
        while wait := lane.breaker.wait(now=self.limiter.now()):
            if self.limiter.now() + wait > until:
                raise Late(wait)
            await self.limiter.sleep(wait)

    async def _pay(self, call: Call, *, until: float) -> None:
        paid: list[Charge] = []
        try:
            for charge in call.charges:
                await self.limiter.lane(charge.bucket).pay(charge.units, until=until)
                paid.append(charge)
        except BaseException:
            for charge in paid:
                self.limiter.lane(charge.bucket).settle(paid=charge.units, cost=0.0, requests=0)
            raise

    async def _send(self, call: Call, lane: Lane) -> httpx2.Response:
        """The answer, or Again. What was paid is settled in either case: what did not arrive may have been counted."""
        response: httpx2.Response | None = None
        try:
            token = await self._token()
            headers = {
                "Authorization": f"Bearer {token}",
                "client-request-id": str(uuid.uuid4()),
                "x-ms-throttle-priority": self.limiter.priority.value,
                **call.headers,
            }
            response = await self.http.request(call.method, call.url, content=call.body, headers=headers)
        except httpx2.RequestError as error:
            lane.breaker.failed(now=self.limiter.now())
            host = urlsplit(call.url).hostname or ""
            raise Again(Upstream("network_unreachable", host=host, reason=type(error).__name__)) from error
        finally:
            self._settle(call, response)
        if response.status_code == 401:
            self.tokens.forget(token)
        return response

    async def _token(self) -> str:
        """A token; a passing failure to get it is asked again, unless a person waits and nothing ever worked."""
        try:
            return await self.tokens.token()
        except Upstream as error:
            if self.limiter.priority is Priority.INTERACTIVE and self.spent.round_trips == 0:
                raise
            raise Again(error, wait=error.again_after, was_read=False) from error
        except ChamberlainError as error:
            self.limiter.note_refusal(error, path="token")
            raise

    def _settle(self, call: Call, response: httpx2.Response | None) -> None:
        is_read_later = call.is_batch and response is not None and response.status_code == 200
        actual: float | None = None
        if response is not None and not is_read_later:
            actual = units_of(response.headers.get("x-ms-resource-unit"))
        throttled = int(response is not None and response.status_code == 429)
        for number, charge in enumerate(call.charges):
            is_directory = charge.bucket.workload is Workload.DIRECTORY
            cost = actual if actual is not None and is_directory else charge.units
            if (
                actual is not None
                and is_directory
                and call.key
                and response is not None
                and response.status_code == 200
            ):
                self.limiter.note_cost(call.key, actual)
            self.limiter.lane(charge.bucket).settle(
                paid=charge.units, cost=cost, requests=call.parts, throttled=throttled
            )
            if response is not None and not is_read_later:
                parts, refused = (call.parts, throttled) if number == 0 else (0, 0)  # it is one request, paid twice
                self.count(parts=parts, units=cost, throttled=refused, workload=charge.bucket.workload)
        if response is not None:
            self.spent.round_trips += 1
            self.on_spent(self.spent)

    async def _judge(
        self, response: httpx2.Response, call: Call, read: Callable[[httpx2.Response], Value], lane: Lane
    ) -> Value:
        status = response.status_code
        path, request_id = urlsplit(call.url).path, response.headers.get("request-id", "")
        filled = filled_of(response.headers.get("x-ms-throttle-limit-percentage"))
        await self.learn(call.charges, filled)
        if status in GOOD:
            lane.served()
            try:
                return read(response)
            except (msgspec.DecodeError, UnicodeDecodeError) as unreadable:
                log.warning("unreadable answer to %s, request-id %s: %s", path, request_id, unreadable)
                error = Upstream("microsoft_unreadable", path=path, status=status, request_id=request_id)
                raise Again(error) from unreadable
        wait = retry.asked_wait(response.headers, now=clock.now())
        failure = self.error_of(status, response.content, path=path, request_id=request_id, again_after=wait)
        log.warning("%s answered %d, request-id %s", path, status, request_id)
        self.limiter.note_refusal(failure, path=path)
        if status == 401:
            raise Again(failure, wait=timedelta(0), is_rejection=True, was_read=False)
        if status == 429 or (status == 503 and wait is not None):
            await self.rest(lane, wait, filled=filled)
            raise Again(failure, wait=timedelta(0), was_read=status != 429)
        if status in retry.RETRIABLE:
            lane.breaker.failed(now=self.limiter.now())
            raise Again(failure, wait=wait)
        lane.breaker.succeeded()
        raise failure

    async def rest(self, lane: Lane, wait: timedelta | None, *, filled: float | None) -> None:
        """Microsoft refused for now; where it does not say for how long, longer with each refusal in a row."""
        await lane.hold(wait or lane.next_rest(), filled=filled)

    async def learn(self, charges: tuple[Charge, ...], filled: float | None) -> None:
        """Microsoft tells how full the fullest quota is: where only one was drawn on, that is the one."""
        if filled is not None and [charge.bucket.workload for charge in charges] == [Workload.DIRECTORY]:
            await self.limiter.lane(charges[0].bucket).learn(filled)


def units_of(header: object) -> float | None:
    """What x-ms-resource-unit says, if it says a number."""
    text = str(header)
    return float(text) if text.isdigit() else None


def filled_of(header: object) -> float | None:
    """What x-ms-throttle-limit-percentage says: 1.0 is at the limit; it comes above 0.8 only."""
    try:
        number = float(str(header))
    except ValueError:
        return None
    return number if 0 < number < 100 else None


def _late(late: Late, lane: Lane) -> Upstream:
    if lane.breaker.is_open:
        return Upstream("circuit_open", again_after=timedelta(seconds=late.wait), workload=lane.name)
    return Upstream(
        "microsoft_busy", again_after=timedelta(seconds=late.wait), path=lane.name, status=429, request_id=""
    )
