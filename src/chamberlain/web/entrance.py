"""The sign-in page with whatever has to be said on it, and the cookie that an attempt leaves in the browser."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables

from chamberlain.actions.sign_in_with_microsoft import is_set_up
from chamberlain.errors import ChamberlainError
from chamberlain.model.entrance import Ending, SignInWay
from chamberlain.queries.own_sign_in import list_ways_in
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.address import path_or
from chamberlain.web.identity import sign_in
from chamberlain.web.problems import quote_of, status_of
from chamberlain.web.sessions import begin

COOKIE_SECONDS = 600
FRONT_DOOR = "/"
TYPED = ("name",)
"""What the form shows again after a failure; never what is secret."""


def cookie_name() -> str:
    """Of the cookie that an attempt leaves; with the prefix no other host can set one."""
    return "__Host-entrance" if django_settings.SESSION_COOKIE_SECURE else "entrance"


def keep_secret(response: HttpResponse, secret: str) -> HttpResponse:
    """Leaves an attempt's secret in the browser, for its way back."""
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=COOKIE_SECONDS,
        path="/",
        secure=bool(django_settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
    return response


def kept_secret(request: HttpRequest) -> str:
    """The secret that an attempt left; "" where there is none."""
    return str(request.COOKIES.get(cookie_name(), ""))


def forget_secret(response: HttpResponse) -> HttpResponse:
    """An attempt that ended leaves nothing."""
    response.delete_cookie(cookie_name(), path="/", samesite="Lax")
    return response


@sensitive_variables()
def enter(request: HttpRequest, *, user_id: UUID, way: SignInWay, next_page: str = FRONT_DOOR) -> HttpResponse:
    """A session that begins now under a key that nobody knew before, and the page that was wanted.

    raises  Refused("sign_in_link_invalid") where the account was switched off meanwhile
    """
    request.session.flush()
    sign_in(request, user_id=user_id)
    begin(request, way)
    return forget_secret(redirect(path_or(FRONT_DOOR, given=next_page, request=request)))


def show_sign_in(
    request: HttpRequest,
    *,
    failure: ChamberlainError | None = None,
    next_page: str = FRONT_DOOR,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The page with the ways in, and with what went wrong."""
    settings = load()
    context = {
        "ways": list_ways_in(),
        "microsoft": is_set_up(settings),
        "next": path_or(FRONT_DOOR, given=next_page, request=request),
        "ended": _ended(request.GET.get("ended", "")),
        "idle_minutes": settings.session_idle_minutes,
        "longest_hours": settings.session_hours,
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "quote": quote_of(request),
        "typed": {name: (typed or {}).get(name, "")[:100] for name in TYPED},
    }
    return render(request, "entry/sign_in.html", context, status=status_of(failure) if failure else 200)


def _ended(text: str) -> str:
    return text if text in {Ending.IDLE.value, Ending.TOO_OLD.value} else ""
