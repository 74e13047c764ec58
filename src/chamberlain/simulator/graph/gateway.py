"""The front of Graph: who asks, what it costs, and whether something stands in the way before a route answers."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import msgspec

from chamberlain.simulator.fault_kind import Asked, ScheduledKind, asked
from chamberlain.simulator.fault_schedule import Schedule, Strike
from chamberlain.simulator.fault_strike import answer_afterwards, answer_instead, change_page, change_wire
from chamberlain.simulator.graph.again import without_again
from chamberlain.simulator.graph.batch import SEGMENT, answer_parts, batch_response, is_batch, read_batch
from chamberlain.simulator.graph.call import Call, Caller
from chamberlain.simulator.graph.family import family_of, is_delta, is_write
from chamberlain.simulator.graph.ordered import Orders
from chamberlain.simulator.graph.query import read_options
from chamberlain.simulator.graph.refusal import GraphError
from chamberlain.simulator.graph.routes import ROUTES, Route, Router
from chamberlain.simulator.graph.skip_token import SkipToken, read_skip_token
from chamberlain.simulator.graph.tokens import Tokens
from chamberlain.simulator.message import Request, Response
from chamberlain.simulator.quota import Quotas
from chamberlain.simulator.replica import Replicas
from chamberlain.simulator.usage import Usage
from chamberlain.simulator.world.tenant import World
from chamberlain.simulator.write_log import WriteEntry, WriteLog

VERSIONS = frozenset({"v1.0", "beta"})
JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_DIAGNOSTIC = (
    '{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"5","ScaleUnit":"002","RoleInstance":"SIMULATOR"}}'
)


class Gate(Protocol):
    """Something that may answer in a route's place."""

    def stop(self, request: Request, caller: Caller, page: int, units: int, /) -> Response | None:
        """The answer instead of the route's, None to let the request pass."""

    def afterwards(self, request: Request, /) -> Response | None:
        """The answer that a write gets although it was done, None to let the true one pass."""


@dataclass(slots=True)
class Front:
    """What stands between the network and the routes."""

    tokens: Tokens
    usage: Usage
    quotas: Quotas
    schedule: Schedule
    replicas: Replicas
    gates: tuple[Gate, ...]
    writes: WriteLog = field(default_factory=WriteLog)


@dataclass(slots=True)
class _Bill:
    """What became of one request: the path it took, its cost, and what its answer says besides."""

    request: Request
    now: float
    in_batch: bool = False
    pattern: str = "(unknown)"
    units: int = 0
    headers: dict[str, str] = field(default_factory=dict)


class Gateway:
    """Answers requests below a version segment."""

    def __init__(self, world: World, front: Front, more: tuple[Route, ...] = ()) -> None:
        self._world = world
        self._front = front
        self._router = Router((*ROUTES, *more))
        self._orders = Orders()
        self._encoder = msgspec.json.Encoder()

    def respond(self, request: Request, now: float) -> Response:
        """The answer to a request, with the headers that Graph puts on every one."""
        request = without_again(request)
        batch = is_batch(request)
        response = self._answer_batch(request, now) if batch else self._answer_one(_Bill(request, now))
        size = len(response.body) if isinstance(response.body, bytes) else 0
        self._front.usage.record_trip(size, is_batch=batch, status=response.status)
        return response

    def _answer_one(self, bill: _Bill) -> Response:
        response = self._told(bill.request, lambda: self._pass(bill))
        family = family_of(bill.request).value
        self._front.usage.record(bill.request.method, bill.pattern, bill.units, response.status, family=family)
        response.headers |= {"x-ms-resource-unit": str(bill.units), "OData-Version": "4.0"} | bill.headers
        return response

    def _told(self, request: Request, answer: Callable[[], Response]) -> Response:
        """An answer or its refusal in Graph's words, with the ids by which one asks support about it."""
        request_id = str(uuid.uuid4())
        client_request_id = request.headers.get("client-request-id", request_id)
        try:
            response = answer()
        except GraphError as refusal:
            document = refusal.document(request_id, client_request_id)
            response = Response(refusal.status, msgspec.json.encode(document), JSON, dict(refusal.headers))
        response.headers |= {
            "request-id": request_id,
            "client-request-id": client_request_id,
            "x-ms-ags-diagnostic": _DIAGNOSTIC,
        }
        return response

    def _answer_batch(self, request: Request, now: float) -> Response:
        return self._told(request, lambda: self._pass_batch(request, now))

    def _pass_batch(self, request: Request, now: float) -> Response:
        self._front.tokens.caller(request, now)
        parts, ids = read_batch(request)
        about = strike = None
        if self._front.schedule.active:
            about = asked(request, parts=tuple(asked(part.request).key for part in parts))
            strike = self._draw(about)
            if strike is not None and (instead := self._instead(strike, about, now)) is not None:
                return instead
        answers = answer_parts(parts, lambda part: self._answer_one(_Bill(part, now, in_batch=True)))
        pairs = list(zip(ids, answers, strict=True))
        if strike is not None and strike.kind is ScheduledKind.SHUFFLED:
            pairs = pairs[::-1] if len(pairs) < 3 else [*pairs[1::2], *pairs[::2]]
            self._front.schedule.count(strike)
        response = self._lost(strike, in_batch=False) or batch_response(pairs, JSON)
        self._spoil(strike, response, now)
        return response

    def _pass(self, bill: _Bill) -> Response:
        """The route's answer, once nothing stands in the way any more. Refused requests were seen to cost nothing."""
        request, front = bill.request, self._front
        caller = front.tokens.caller(request, bill.now)
        if request.segments[-1] == SEGMENT:
            raise GraphError(400, "BadRequest", "Resource not found for the segment '$batch'.")
        route, keys = self._router.find(request.method, request.segments[1:])
        bill.pattern = route.pattern
        if not route.lets(caller):
            raise route.refusal()
        options = read_options(request)
        listed = options.skip_token is not None and not is_delta(request)
        token = read_skip_token(options.skip_token or "", request) if listed else None
        self._charge(bill, caller, route)
        page = 1 if token is None else token.page
        stopped = next((found for gate in front.gates if (found := gate.stop(request, caller, page, bill.units))), None)
        if stopped is not None:
            return stopped
        about = asked(request, in_batch=bill.in_batch) if front.schedule.active else None
        strike = None if about is None else self._draw(about)
        if about and strike and (instead := self._instead(strike, about, bill.now)) is not None:
            return instead
        call = Call(
            request=request,
            view=self._world.view(self._position(token, strike, bill.now)),
            options=options,
            keys=keys,
            caller=caller,
            offset=0 if token is None else token.offset,
            page=page,
            orders=self._orders,
        )
        if is_write(request):
            return self._written(bill, route, call, strike)
        return self._encoded(self._read(bill, route, call), strike, about, bill.now)

    def _read(self, bill: _Bill, route: Route, call: Call) -> "dict[str, Any] | Response":
        try:
            return route.handler(call)
        except GraphError:
            bill.units = 0
            raise

    def _written(self, bill: _Bill, route: Route, call: Call, strike: Strike | None) -> Response:
        """The answer to a write, noted, or the fault that takes its place once the work is done."""
        before = self._world.log.position
        status = 500
        try:
            answer = route.handler(call)
            response = answer if isinstance(answer, Response) else Response(200, self._encoder.encode(answer), JSON)
            status = response.status
        except GraphError as refusal:
            bill.units, status = 0, refusal.status
            raise
        finally:
            entry = self._note(bill, call, before, status)
        spoiled = next((found for gate in self._front.gates if (found := gate.afterwards(bill.request))), None)
        spoiled = spoiled or self._lost(strike, in_batch=bill.in_batch)
        entry.spoiled = spoiled is not None
        return spoiled or response

    def _note(self, bill: _Bill, call: Call, before: int, status: int) -> WriteEntry:
        log = self._world.log
        return self._front.writes.record(
            bill.request,
            app=call.caller.client_id,
            now=bill.now,
            status=status,
            changes=log.changes(after=before, until=log.position),
            position=log.position,
            units=bill.units,
            in_batch=bill.in_batch,
        )

    def _lost(self, strike: Strike | None, *, in_batch: bool) -> Response | None:
        """The failure that a client is told of although everything was done."""
        response = None if strike is None else answer_afterwards(strike, in_batch=in_batch)
        if strike is not None and response is not None:
            self._front.schedule.count(strike)
        return response

    def _charge(self, bill: _Bill, caller: Caller, route: Route) -> None:
        """Weigh the request against every limit.

        raises  GraphError 429 when one is passed; what is refused is charged, too
        """
        if family_of(bill.request).costs_units:
            bill.units = route.units(bill.request.query)
        verdict = self._front.quotas.admit(bill.request, caller, bill.units, bill.now)
        bill.headers = verdict.headers
        if verdict.refusal is not None:
            raise verdict.refusal

    def _draw(self, about: Asked) -> Strike | None:
        uses = self._front.tokens.uses(about.request)
        return self._front.schedule.strike(about, token_uses=uses)

    def _instead(self, strike: Strike, about: Asked, now: float) -> Response | None:
        response = answer_instead(strike, about, now=now, revoke=partial(self._front.tokens.revoke, about.request))
        if response is not None:
            self._front.schedule.count(strike)
        return response

    def _position(self, token: SkipToken | None, strike: Strike | None, now: float) -> int | None:
        """A listing goes on in the world in which it began; a lagging replica is behind."""
        if token is not None:
            return token.position
        if strike is not None and strike.kind is ScheduledKind.LAG:
            self._front.schedule.count(strike)
            part = (strike.draw & 0xFFFF) / 0xFFFF
            return self._front.replicas.as_of(now - part * strike.order.lag_ms / 1000)
        return self._front.replicas.position(now)

    def _encoded(
        self, answer: "dict[str, Any] | Response", strike: Strike | None, about: Asked | None, now: float
    ) -> Response:
        if isinstance(answer, Response):
            return answer
        if about is not None:
            if strike is not None:
                answer = change_page(strike, about, answer, self._front.schedule)
            self._front.schedule.served(about, answer)
        response = Response(200, self._encoder.encode(answer), JSON)
        self._spoil(strike, response, now)
        return response

    def _spoil(self, strike: Strike | None, response: Response, now: float) -> None:
        if strike is not None and change_wire(strike, response, now):
            self._front.schedule.count(strike)
