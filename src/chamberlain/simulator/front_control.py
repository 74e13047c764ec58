"""Controls of what stands before Graph: use of the limits, the least that a reading costs, and faults by schedule."""

from collections.abc import Callable

import msgspec

from chamberlain.simulator.fault_schedule import ScheduleOrder
from chamberlain.simulator.graph.gateway import Front
from chamberlain.simulator.least import least_resource_units
from chamberlain.simulator.message import Request, Response, json_response
from chamberlain.simulator.world.tenant import World

Routes = dict[tuple[str, str], Callable[[Request], Response]]


class FrontControl:
    """Routes below /_simulator that need the front alone."""

    def __init__(self, world: World, front: Front) -> None:
        self._world = world
        self._front = front

    def routes(self) -> Routes:
        """By method and path."""
        return {
            ("GET", "usage"): self._usage,
            ("POST", "usage/reset"): self._reset_usage,
            ("GET", "least"): self._least,
            ("GET", "writes"): self._writes,
            ("POST", "writes/reset"): self._reset_writes,
            ("GET", "schedule"): lambda _request: json_response(200, self._front.schedule.report()),
            ("POST", "schedule"): self._start,
            ("DELETE", "schedule"): self._end,
        }

    def _usage(self, _request: Request) -> Response:
        return json_response(200, self._front.usage.report() | {"quota": self._front.quotas.report()})

    def _reset_usage(self, _request: Request) -> Response:
        self._front.usage.reset()
        return Response(204)

    def _writes(self, request: Request) -> Response:
        """Query: `after` a number of the log, `accepted=1` without those that were refused."""
        after = request.query.get("after", "0")
        if not after.isdecimal():
            return json_response(400, {"error": {"code": "refused", "message": "`after` is a whole number."}})
        report = self._front.writes.report(after=int(after), accepted=request.query.get("accepted") == "1")
        return json_response(200, report)

    def _reset_writes(self, _request: Request) -> Response:
        self._front.writes.reset()
        return Response(204)

    def _least(self, _request: Request) -> Response:
        parts = least_resource_units(self._world.view())
        return json_response(200, {"least_resource_units": sum(parts.values()), "parts": parts})

    def _start(self, request: Request) -> Response:
        try:
            order = msgspec.json.decode(request.body, type=ScheduleOrder)
        except msgspec.MsgspecError as problem:
            message = f"This is no schedule: {problem}"
            return json_response(400, {"error": {"code": "refused", "message": message}})
        self._front.schedule.start(order)
        return Response(204)

    def _end(self, _request: Request) -> Response:
        self._front.schedule.start(None)
        return Response(204)
