"""Faults injected on purpose, so that clients can be seen to survive what a real service does.

source  https://learn.microsoft.com/graph/errors and the recorded quirks of the service: HTML in place of JSON, cut
        bodies, resets
"""

from enum import Enum
from typing import Any

import msgspec

from chamberlain.simulator.graph.call import Caller
from chamberlain.simulator.graph.refusal import GraphError, not_found
from chamberlain.simulator.message import Ending, Request, Response

_HTML = b"<!DOCTYPE html><html><head><title>Service unavailable</title></head><body>Try again later.</body></html>"
_TEXTS = {
    401: ("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    403: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    409: ("Directory_ConcurrencyViolation", "The object is being changed by another request. Please try again."),
    429: ("TooManyRequests", "Please retry again later."),
    500: ("InternalServerError", "An internal server error occurred."),
    503: ("serviceNotAvailable", "The service is temporarily unavailable."),
    504: ("UnknownError", ""),
}


class FaultKind(Enum):
    """What goes wrong."""

    NOT_JSON = "not_json"
    RESET = "reset"
    TRUNCATED = "truncated"
    STATUS = "status"
    VANISH = "vanish"


class Fault(msgspec.Struct):
    """One fault: at which path, on which page of a listing (any when absent), and how many times.

    method  only requests with this method are struck
    after   a write is done before it fails, so that its client cannot know
    stall_ms  how long the answer is held back
    """

    path_prefix: str
    kind: FaultKind
    method: str | None = None
    after: bool = False
    stall_ms: int = 0
    page: int | None = None
    times: int = 1
    status: int = 503
    retry_after: str | None = None


def _refused(refusal: GraphError, retry_after: str | None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Response(refusal.status, msgspec.json.encode(refusal.document("injected", "injected")), headers=headers)


def _answer(fault: Fault, request: Request) -> Response:
    response = _failure(fault, request)
    response.delay_seconds = fault.stall_ms / 1000
    return response


def _failure(fault: Fault, request: Request) -> Response:
    match fault.kind:
        case FaultKind.NOT_JSON:
            return Response(200, _HTML, "text/html")
        case FaultKind.RESET:
            return Response(200, ending=Ending.RESET)
        case FaultKind.TRUNCATED:
            body = b'{"@odata.context":"cut","value":[' + b'{"id":"00000000-0000-4000-8000-000000000000"},' * 50
            return Response(200, body, ending=Ending.TRUNCATED)
        case FaultKind.VANISH:
            return _refused(not_found(request.segments[2] if len(request.segments) > 2 else ""), None)
        case FaultKind.STATUS:
            code, message = _TEXTS.get(fault.status, ("UnknownError", ""))
            return _refused(GraphError(fault.status, code, message), fault.retry_after)


class Faults:
    """The faults still to come, oldest first; a `Gate` of Graph."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let a fault happen."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Let no more faults happen."""
        self._waiting.clear()

    def report(self) -> list[Any]:
        """Faults still to come, as JSON shows them."""
        return [msgspec.to_builtins(fault) for fault in self._waiting]

    def stop(self, request: Request, _caller: Caller, page: int, _units: int) -> Response | None:
        """The fault that strikes this request."""
        return self._strike(request, page, after=False)

    def afterwards(self, request: Request) -> Response | None:
        """The fault that strikes a write once it was done."""
        return self._strike(request, 1, after=True)

    def _strike(self, request: Request, page: int, *, after: bool) -> Response | None:
        path = "/" + "/".join(request.segments)
        for fault in self._waiting:
            fits = fault.after is after and fault.page in {None, page} and fault.method in {None, request.method}
            if fits and path.startswith(fault.path_prefix):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return _answer(fault, request)
        return None
