"""/_simulator: usage, changes, faults and the truth, for tests and the demo only."""

import time
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any, Literal

import msgspec

from chamberlain.simulator.application_control import ApplicationControl
from chamberlain.simulator.exchange.control import ExchangeControl
from chamberlain.simulator.exchange.truth import MailTruth
from chamberlain.simulator.fault import Fault, Faults
from chamberlain.simulator.front_control import FrontControl
from chamberlain.simulator.graph.gateway import Front
from chamberlain.simulator.message import Request, Response, json_response
from chamberlain.simulator.notify import Subscriptions
from chamberlain.simulator.world.churn import Churn, churn
from chamberlain.simulator.world.fact import CreatedFact
from chamberlain.simulator.world.mutation import Mutation, MutationRefusedError, decode
from chamberlain.simulator.world.tenant import World
from chamberlain.simulator.world.truth import Line, Truth, truth_lines

ROOT = "_simulator"
LINES_PER_PART = 500
NDJSON = "application/x-ndjson"


def _refuse(status: int, message: str) -> Response:
    return json_response(status, {"error": {"code": "refused", "message": message}})


def _parts(lines: Iterator[Line]) -> Iterator[bytes]:
    """Newline-delimited JSON in parts of a few hundred lines."""
    encoder = msgspec.json.Encoder()
    while part := list(islice(lines, LINES_PER_PART)):
        yield encoder.encode_lines(part)


class _Lifecycle(msgspec.Struct):
    """Missed notifications are told of Outlook and Teams alone."""

    event: Literal["reauthorizationRequired", "subscriptionRemoved"]


class Control:
    """Answers requests below /_simulator."""

    def __init__(
        self,
        world: World,
        front: Front,
        faults: Faults,
        subscriptions: Subscriptions,
        applications: ApplicationControl,
        exchange: ExchangeControl,
        rewind: Callable[[Request], Response],
        *,
        seed: int,
    ) -> None:
        self._seed = seed
        self._world = world
        self._faults = faults
        self._subscriptions = subscriptions
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            **FrontControl(world, front).routes(),
            **applications.routes(),
            **exchange.routes(),
            ("POST", "mutations"): self._mutate,
            ("POST", "churn"): self._churn,
            ("GET", "knobs"): lambda _request: json_response(200, world.knobs),
            ("POST", "knobs"): self._turn_knobs,
            ("POST", "expire_delta_tokens"): self._expire_delta_tokens,
            ("GET", "position"): lambda _request: json_response(200, {"position": world.log.position}),
            ("POST", "rewind"): rewind,
            ("POST", "lifecycle"): self._tell_of_life,
            ("GET", "truth"): self._truth,
            ("GET", "faults"): lambda _request: json_response(200, faults.report()),
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
        }

    def respond(self, request: Request) -> Response:
        """The answer to a request."""
        route = self._routes.get((request.method, "/".join(request.segments[1:])))
        return _refuse(404, "There is no such control.") if route is None else route(request)

    def _mutate(self, request: Request) -> Response:
        try:
            return json_response(200, self._changed(decode(request.body)))
        except MutationRefusedError as refusal:
            return _refuse(400, str(refusal))

    def _changed(self, mutation: Mutation) -> dict[str, Any]:
        """The new position and, of what was created, the id."""
        position = self._world.change(mutation)
        facts = self._world.view(position).facts_since(position - 1)
        ids = [fact.item.id for fact in facts if isinstance(fact, CreatedFact)]
        return {"position": position, **({"id": ids[0]} if ids else {})}

    def _churn(self, request: Request) -> Response:
        try:
            wish = msgspec.json.decode(request.body, type=Churn)
        except msgspec.MsgspecError as problem:
            return _refuse(400, f"This is no churn: {problem}")
        return json_response(200, churn(self._world, wish))

    def _turn_knobs(self, request: Request) -> Response:
        try:
            self._world.knobs.set(msgspec.json.decode(request.body, type=dict[str, Any]))
        except msgspec.MsgspecError as problem:
            return _refuse(400, f"This is no knob: {problem}")
        return json_response(200, self._world.knobs)

    def _expire_delta_tokens(self, _request: Request) -> Response:
        """Every delta token issued so far is void."""
        self._world.knobs.delta_tokens_valid_from = time.time()
        return Response(204)

    def _tell_of_life(self, request: Request) -> Response:
        try:
            event = msgspec.json.decode(request.body, type=_Lifecycle).event
        except msgspec.MsgspecError as problem:
            return _refuse(400, f"This is no event: {problem}")
        return json_response(200, {"told": self._subscriptions.tell_of_life(event)})

    def _truth(self, request: Request) -> Response:
        """Query: `at` a position, `effective=0` without what follows from edges, `sample` a number of people,
        `consents=1` with delegated grants, `activity=1` with last sign-ins, `exchange=1` with what Exchange alone has.
        """
        query = request.query
        try:
            position = int(query.get("at") or self._world.log.position)
            size = int(query["sample"]) if query.get("sample") else None
        except ValueError:
            return _refuse(400, "`at` and `sample` are whole numbers.")
        if not 0 <= position <= self._world.log.position:
            return _refuse(400, f"The log ends at {self._world.log.position}.")
        truth = Truth(self._world.origin, self._world.log, position)
        sample = None if size is None else truth.sample(size, self._seed)
        lines = truth_lines(
            truth,
            effective=query.get("effective") != "0",
            sample=sample,
            consents=query.get("consents") == "1",
            activity=query.get("activity") == "1",
        )
        if query.get("exchange") == "1":
            more = MailTruth(truth).lines(effective=query.get("effective") != "0", sample=sample)
            lines = chain(lines, more)
        return Response(200, _parts(lines), NDJSON)

    def _add_fault(self, request: Request) -> Response:
        try:
            self._faults.add(msgspec.json.decode(request.body, type=Fault))
        except msgspec.MsgspecError as problem:
            return _refuse(400, f"This is no fault: {problem}")
        return Response(204)

    def _clear_faults(self, _request: Request) -> Response:
        self._faults.clear()
        return Response(204)
