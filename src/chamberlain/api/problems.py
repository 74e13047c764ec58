"""Errors become problem documents.

source  https://www.rfc-editor.org/rfc/rfc9457 (2023)
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from chamberlain.api.rendering import encoded
from chamberlain.errors import ChamberlainError, Conflict, Misconfigured, NotFound, Refused, Unsafe, Upstream
from chamberlain.language import gettext as _
from chamberlain.sentences import explain
from chamberlain.settings import load

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"

STATUSES: dict[type[ChamberlainError], int] = {
    Refused: 400,
    Unsafe: 409,
    NotFound: 404,
    Conflict: 409,
    Upstream: 502,
    Misconfigured: 500,
}
OWN_STATUSES = {
    "token_missing": 401,
    "token_invalid": 401,
    "token_scope_missing": 403,
    "not_allowed": 403,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "body_too_large": 413,
    "media_type_unsupported": 415,
    "request_invalid": 422,
    "idempotency_key_reused": 422,
    "too_many_requests": 429,
    "unexpected": 500,
    # What this installation or tenant has not got is no defect of ours.
    "not_connected": 404,
    "installation_app_missing": 409,
    "federation_file_missing": 409,
    "federation_file_unreadable": 409,
}
# source  https://www.rfc-editor.org/rfc/rfc6750#section-3 (2012)
CHALLENGES = {
    "token_missing": 'Bearer realm="chamberlain"',
    "token_invalid": 'Bearer realm="chamberlain", error="invalid_token"',
    "token_scope_missing": 'Bearer realm="chamberlain", error="insufficient_scope", scope="{scope}"',
}


def status_of(error: ChamberlainError) -> int:
    """The HTTP status of an error."""
    own = OWN_STATUSES.get(error.code)
    return own or next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def type_of(code: str) -> str:
    """The address that names a kind of problem, where one can read about it."""
    return f"{load().url}/api/v1/problems/{code}"


def request_id(request: HttpRequest) -> str:
    """The id of this request, which stands in the log."""
    quote = getattr(request, "quote", None)
    return quote if isinstance(quote, str) else ""


def problem(request: HttpRequest, error: ChamberlainError, *, errors: Iterable[Mapping[str, str]] = ()) -> HttpResponse:
    """The document that tells what, why and what to do; `errors` tell it field by field."""
    sentence, status = explain(error), status_of(error)
    document: dict[str, Any] = {
        "type": type_of(error.code),
        "title": sentence.what,
        "status": status,
        "detail": sentence.why,
        "repair": sentence.repair,
        "code": error.code,
        "request_id": request_id(request),
    }
    fields = [*errors]
    if fields:
        document["errors"] = fields
    answer = HttpResponse(encoded(document), status=status, content_type=PROBLEM_JSON)
    if error.code in CHALLENGES:
        answer["WWW-Authenticate"] = CHALLENGES[error.code].format(scope=error.data.get("scope", ""))
    after = getattr(error, "again_after", None) or error.data.get("again_after")
    if isinstance(after, timedelta):
        answer["Retry-After"] = str(max(1, round(after.total_seconds())))
    return answer


def of_ours(request: HttpRequest, error: Any) -> HttpResponse:
    """An error of ours says what it means."""
    logger.info("%s %s: %s", request_id(request), _route(request), error)
    return problem(request, error)


def of_fields(request: HttpRequest, error: Any) -> HttpResponse:
    """What of a request is not as the OpenAPI document says, field by field."""
    found = error.errors if isinstance(error, ValidationError) else []
    return problem(request, Refused("request_invalid"), errors=[_field(one) for one in found])


def of_http(request: HttpRequest, error: Any) -> HttpResponse:
    """What the framework refuses: no token, or a body that is not JSON."""
    is_stranger = isinstance(error, HttpError) and error.status_code == 401
    return problem(request, Refused("token_missing" if is_stranger else "body_unreadable"))


def of_defect(request: HttpRequest, error: Any) -> HttpResponse:
    """Everything else is a defect, logged with its trace; the answer tells nothing of it."""
    logger.error("%s %s: unexpected error", request_id(request), _route(request), exc_info=error)
    return problem(request, ChamberlainError("unexpected"))


def _field(found: Mapping[str, Any]) -> dict[str, str]:
    place, *path = (str(one) for one in found["loc"])
    return {"in": place, "field": ".".join(path), "code": str(found["type"]), "detail": _sentence(str(found["msg"]))}


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{text}." if text and not text.endswith(".") else text or _("It is not valid.")


def _route(request: HttpRequest) -> str:
    return f"{request.method} /{request.resolver_match.route}" if request.resolver_match else str(request.method)
