"""What is accepted at all, before a route is asked: methods, media types, sizes. No session is looked at."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from chamberlain.api.problems import of_ours
from chamberlain.errors import ChamberlainError, NotFound, Refused

LARGEST_BODY = 64 * 1024
ANSWERED = ("*/*", "application/*", "application/json", "application/problem+json")
CSV = ("text/*", "text/csv")
LISTS = ("people", "permissions")  # ends of the addresses of lists that come as CSV, too
WITH_BODY = ("POST", "PUT", "PATCH")

View = Callable[..., HttpResponseBase]


def guarded(view: View) -> View:
    """A view as HTTP wants it: no CSRF token, no sign-in page, HEAD where there is GET."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        try:
            _check(request)
            answer = view(request, *args, **kwargs)
        except ChamberlainError as error:
            answer = of_ours(request, error)
        request.method = asked  # Django leaves the body out of what answers a HEAD
        return _not_allowed(request, answer) if answer.status_code == 405 else answer

    answered.csrf_exempt = True  # type: ignore[attr-defined]  # nothing of a cookie is believed
    answered.login_required = False  # type: ignore[attr-defined]  # tokens are asked for by each route
    return answered


@guarded
def nothing_here(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Addresses below the API's that lead nowhere."""
    return of_ours(request, NotFound("route_not_found"))


def _check(request: HttpRequest) -> None:
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "*/*").split(",")]
    answered = ANSWERED + (CSV if _is_list(request) else ())
    if not any(one in answered for one in accepted if one) and any(accepted):
        raise Refused("not_acceptable")
    if _length(request) > LARGEST_BODY:
        raise Refused("body_too_large", most=LARGEST_BODY // 1024)
    if request.method in WITH_BODY and _length(request) and request.content_type != "application/json":
        raise Refused("media_type_unsupported")


def _is_list(request: HttpRequest) -> bool:
    return request.method == "GET" and request.path_info.rstrip("/").rpartition("/")[2] in LISTS


def _length(request: HttpRequest) -> int:
    """What is announced; the server reads no more than that. One that cannot be read is too long."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isascii() and announced.isdigit() else LARGEST_BODY + 1


def _not_allowed(request: HttpRequest, answer: HttpResponseBase) -> HttpResponse:
    told = of_ours(request, Refused("method_not_allowed", allowed=answer.get("Allow", "")))
    told["Allow"] = answer.get("Allow", "")
    return told
