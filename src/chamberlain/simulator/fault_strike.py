"""What each scheduled fault does to an answer."""

from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import msgspec

from chamberlain.simulator.fault_kind import Asked, ScheduledKind
from chamberlain.simulator.fault_schedule import Schedule, Strike
from chamberlain.simulator.graph.again import again_link
from chamberlain.simulator.graph.refusal import GraphError, not_found
from chamberlain.simulator.graph.tokens import unauthenticated
from chamberlain.simulator.message import Ending, Response

_HTML = b"<!DOCTYPE html><html><head><title>Service unavailable</title></head><body>Try again later.</body></html>"
_SERVER_ERRORS = (
    (500, "InternalServerError", "An internal server error occurred."),
    (502, "UnknownError", ""),
    (503, "serviceNotAvailable", "The service is temporarily unavailable."),
    (504, "UnknownError", "timeout"),
)
_ENDINGS = {
    ScheduledKind.RESET: Ending.RESET,
    ScheduledKind.RESET_IN_BODY: Ending.RESET_IN_BODY,
    ScheduledKind.TRUNCATED: Ending.TRUNCATED,
}


def _json(refusal: GraphError) -> Response:
    content = msgspec.json.encode(refusal.document("injected", "injected"))
    return Response(refusal.status, content, headers=dict(refusal.headers))


def _retry_after(strike: Strike, now: float) -> str:
    """Seconds, an HTTP date, or the malformed list that was once recorded."""
    seconds = strike.draw % (strike.order.retry_after + 1)
    match (strike.draw >> 8) % 4:
        case 0:
            return formatdate(now + seconds, usegmt=True)
        case 1:
            return f"{seconds},{seconds}"
        case _:
            return str(seconds)


def _throttled(strike: Strike, now: float) -> Response:
    refusal = GraphError(429, "TooManyRequests", "Please retry again later.")
    if strike.kind is ScheduledKind.THROTTLED:
        refusal.headers["Retry-After"] = _retry_after(strike, now)
    return _json(refusal)


def _server_error(strike: Strike, *, in_batch: bool) -> Response:
    """JSON, HTML or nothing at all; parts of a batch have JSON."""
    status, code, message = _SERVER_ERRORS[strike.draw % len(_SERVER_ERRORS)]
    refusal = GraphError(status, code, message)
    if status == 503 and strike.draw >> 4 & 1:
        refusal.headers["Retry-After"] = str(strike.draw % (strike.order.retry_after + 1))
    match 0 if in_batch else (strike.draw >> 8) % 3:
        case 1:
            return Response(status, _HTML, "text/html", dict(refusal.headers))
        case 2:
            return Response(status, b"", headers=dict(refusal.headers))
        case _:
            return _json(refusal)


def _gone(asked: Asked) -> GraphError:
    location = f"{asked.request.origin}{asked.request.raw_path}?$deltatoken="
    return GraphError(410, "syncStateNotFound", "The sync state generation is not found.", {"Location": location})


def answer_instead(strike: Strike, asked: Asked, *, now: float, revoke: Callable[[], None]) -> Response | None:
    """The answer in place of the one that was asked for; None for faults that only change it."""
    match strike.kind:
        case ScheduledKind.THROTTLED | ScheduledKind.THROTTLED_SILENTLY:
            return _throttled(strike, now)
        case ScheduledKind.SERVER_ERROR:
            return _server_error(strike, in_batch=asked.in_batch)
        case ScheduledKind.RESET:
            return Response(200, ending=Ending.RESET)
        case ScheduledKind.NOT_JSON:
            return Response(200, _HTML, "text/html")
        case ScheduledKind.EXPIRED_TOKEN | ScheduledKind.REVOKED_TOKEN:
            if strike.kind is ScheduledKind.REVOKED_TOKEN:
                revoke()
            return _json(unauthenticated("Lifetime validation failed, the token is expired."))
        case ScheduledKind.EXPIRED_PAGE_TOKEN | ScheduledKind.DELTA_GONE | ScheduledKind.VANISH:
            return _json(_refusal(strike.kind, asked))
        case _:
            return None


def answer_afterwards(strike: Strike, *, in_batch: bool) -> Response | None:
    """The failure that is told once a write was done; None for faults of another kind.

    source  https://learn.microsoft.com/graph/errors (read 2026): 500, 502 and 504 do not say whether a request was done
    """
    match strike.kind:
        case ScheduledKind.RESET_AFTER:
            return Response(200, ending=Ending.RESET)
        case ScheduledKind.STALLED_AFTER:
            return Response(200, ending=Ending.RESET, delay_seconds=strike.order.stall_ms / 1000)
        case ScheduledKind.SERVER_ERROR_AFTER:
            response = _server_error(strike, in_batch=in_batch)
            response.headers.pop("Retry-After", None)
            return response
        case _:
            return None


def _refusal(kind: ScheduledKind, asked: Asked) -> GraphError:
    if kind is ScheduledKind.DELTA_GONE:
        return _gone(asked)
    if kind is ScheduledKind.VANISH:
        return not_found(asked.request.segments[2])
    message = "The specified page token value has expired and can no longer be included in your request."
    return GraphError(400, "Directory_ExpiredPageToken", message)


def change_page(strike: Strike, asked: Asked, document: dict[str, Any], schedule: Schedule) -> dict[str, Any]:
    """The page that is told instead of `document`: empty with a link to itself, or with an item twice."""
    items = document.get("value")
    if not isinstance(items, list):
        return document
    if strike.kind is ScheduledKind.EMPTY_PAGE:
        schedule.count(strike)
        link = again_link(asked.request, schedule.times(asked))
        return {"@odata.context": document.get("@odata.context"), "@odata.nextLink": link, "value": []}
    if strike.kind is ScheduledKind.DUPLICATE and items:
        schedule.count(strike)
        before = schedule.item_before(asked)
        return document | {"value": [items[0] if before is None else before, *items]}
    return document


def change_wire(strike: Strike, response: Response, now: float) -> bool:
    """Spoil how the answer leaves; false when the fault is of another kind."""
    if strike.kind in _ENDINGS:
        response.ending = _ENDINGS[strike.kind]
    elif strike.kind is ScheduledKind.SLOW:
        response.delay_seconds = strike.order.slow_ms / 1000
    elif strike.kind is ScheduledKind.SKEWED_CLOCK:
        sign = 1 if strike.draw & 1 else -1
        response.headers["Date"] = formatdate(now + sign * strike.order.skew_seconds, usegmt=True)
    else:
        return False
    return True
