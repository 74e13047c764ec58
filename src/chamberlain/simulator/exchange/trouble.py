"""Faults that strike Exchange: those that were ordered for a path, and those of a schedule."""

from collections.abc import Sequence
from dataclasses import dataclass

from chamberlain.simulator.fault_kind import asked
from chamberlain.simulator.fault_schedule import Schedule, Strike
from chamberlain.simulator.fault_strike import answer_afterwards, answer_instead, change_wire
from chamberlain.simulator.graph.call import Caller
from chamberlain.simulator.graph.gateway import Gate
from chamberlain.simulator.message import Request, Response


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with one request."""

    request: Request
    gates: Sequence[Gate]
    schedule: Schedule
    strike: Strike | None

    def instead(self, app: str, now: float) -> Response | None:
        """The answer in place of the cmdlet's, which then never runs."""
        caller = Caller(app, frozenset())
        stopped = next((found for gate in self.gates if (found := gate.stop(self.request, caller, 1, 0))), None)
        if stopped is not None or self.strike is None:
            return stopped
        response = answer_instead(self.strike, asked(self.request), now=now, revoke=lambda: None)
        return self._counted(response)

    def afterwards(self, response: Response, *, now: float, writes: bool) -> Response:
        """What leaves once the cmdlet ran: its answer, its answer spoiled, or after a write another one."""
        if writes:
            lost = next((found for gate in self.gates if (found := gate.afterwards(self.request))), None)
            if lost is None and self.strike is not None:
                lost = self._counted(answer_afterwards(self.strike, in_batch=False))
            if lost is not None:
                return lost
        if self.strike is not None and change_wire(self.strike, response, now):
            self.schedule.count(self.strike)
        return response

    def _counted(self, response: Response | None) -> Response | None:
        if response is not None and self.strike is not None:
            self.schedule.count(self.strike)
        return response


def drawn(request: Request, gates: Sequence[Gate], schedule: Schedule) -> Trouble:
    """The trouble of a request; most have none."""
    strike = schedule.strike(asked(request), token_uses=0) if schedule.active else None
    return Trouble(request, gates, schedule, strike)
