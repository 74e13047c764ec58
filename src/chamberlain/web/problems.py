"""Errors become pages: one table of statuses, one template, one id to quote."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chamberlain import logs
from chamberlain.errors import ChamberlainError, Conflict, Misconfigured, NotFound, Refused, Unsafe, Upstream
from chamberlain.sentences import Sentence, explain
from chamberlain.web.frame import frame_or_none
from chamberlain.web.gate import GetResponse
from chamberlain.web.peer import is_from_ours

logger = logging.getLogger(__name__)

STATUSES: dict[type[ChamberlainError], int] = {
    Refused: 400,
    Unsafe: 409,
    NotFound: 404,
    Conflict: 409,
    Upstream: 502,
    Misconfigured: 500,
}


OWN_STATUSES = {
    "not_allowed": 403,
    "installation_app_missing": 409,  # something to be set up, and no defect of ours
    "not_connected": 409,
    "body_too_large": 413,
    "too_many_requests": 429,
}


def status_of(error: ChamberlainError) -> int:
    """The HTTP status of an error: that of its code, or else that of its branch."""
    own = OWN_STATUSES.get(error.code)
    return own or next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def sentence_of(code: str, data: Mapping[str, object]) -> Sentence:
    """The sentence for a code that was stored, for example with a run."""
    error = ChamberlainError(code)
    error.data.update(data)
    return explain(error)


def quote_of(request: HttpRequest) -> str:
    """The id of this request, to be quoted when asking for help; it stands in the log."""
    quote = getattr(request, "quote", None)
    return quote if isinstance(quote, str) else "–"


def show_problem(
    request: HttpRequest, sentence: Sentence, *, status: int, code: str, of: ChamberlainError | None = None
) -> HttpResponse:
    """The page, or for a fragment's request the fragment, that tells what, why and what to do.

    of  the error itself, where it may say when to come again
    """
    response = _shown(request, sentence, status=status, code=code)
    after = of.data.get("again_after") if of else None
    if isinstance(after, timedelta):
        response["Retry-After"] = str(max(1, round(after.total_seconds())))
    return response


def _shown(request: HttpRequest, sentence: Sentence, *, status: int, code: str) -> HttpResponse:
    context = {"sentence": sentence, "status": status, "code": code, "quote": quote_of(request)}
    if request.headers.get("HX-Request") == "true":
        return render(request, "problem/_problem.html", context, status=status)
    frame = frame_or_none(request) if status < 500 or status == 502 else None
    return render(request, "problem/problem.html", {**context, "frame": frame}, status=status)


class ProblemMiddleware:
    """Gives each request an id, and each error that reaches the rim a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Number the request, unless who is in front of us did; the response and every line of the log carry the id."""
        quote = logs.request_id(request.headers.get("X-Request-Id") if is_from_ours(request) else None)
        request.quote = quote  # type: ignore[attr-defined]  # read by quote_of only
        with logs.carrying(request=quote):
            response = self.get_response(request)
        response["X-Request-Id"] = quote
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Our own errors say what they mean; all others are defects, logged with their trace."""
        if isinstance(exception, ChamberlainError):
            logger.info("%s %s: %s", quote_of(request), _route(request), exception)
            sentence, status = explain(exception), status_of(exception)
            return show_problem(request, sentence, status=status, code=exception.code, of=exception)
        if settings.DEBUG or not _is_defect(exception):
            return None
        logger.error("%s %s: unexpected error", quote_of(request), _route(request), exc_info=exception)
        return show_problem(request, sentence_of("unexpected", {}), status=500, code="unexpected")


def _route(request: HttpRequest) -> str:
    """Which page it was, without what its address carries: sign-in tokens, names, line breaks of an attacker."""
    return f"{request.method} /{request.resolver_match.route}" if request.resolver_match else str(request.method)


def _is_defect(exception: Exception) -> bool:
    """Django turns its own HTTP exceptions (404, suspicious requests) into responses; leave it those."""
    return not type(exception).__module__.startswith(("django.http", "django.core.exceptions"))
