"""Light or dark, as somebody chose it; a cookie that pages write, too, remembers it in their browser."""

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse

THEMES = ("light", "dark")
YEAR = 365 * 24 * 60 * 60


def cookie_name() -> str:
    """Of the cookie; with the prefix no other host can set one."""
    return "__Host-theme" if django_settings.SESSION_COOKIE_SECURE else "theme"


def remember(response: HttpResponse, theme: str) -> HttpResponse:
    """Keeps the choice in the browser; anything but a theme follows the system again."""
    if theme in THEMES:
        response.set_cookie(
            cookie_name(),
            theme,
            max_age=YEAR,
            secure=bool(django_settings.SESSION_COOKIE_SECURE),
            samesite="Lax",
        )
    else:
        response.delete_cookie(cookie_name(), samesite="Lax")
    return response


def chosen(request: HttpRequest) -> str:
    """The theme that was chosen; "" follows the system."""
    theme = request.COOKIES.get(cookie_name(), "")
    return theme if theme in THEMES else ""
