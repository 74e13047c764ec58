"""Nobody passes without a session, except where a view says so with `login_not_required`."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]


class GateMiddleware(LoginRequiredMiddleware):
    """Deny by default. A fragment's request sends the whole page to the sign-in, not the fragment."""

    def handle_no_permission(  # type: ignore[override]  # htmx needs an answer that is not a redirect
        self,
        request: HttpRequest,
        view_func: object,  # noqa: ARG002 - Django's signature
    ) -> HttpResponseBase:
        """To the sign-in page."""
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(headers={"HX-Redirect": "/sign-in"})
        return redirect_to_login(request.get_full_path(), "/sign-in", "next")


class PrivacyMiddleware:
    """Pages with people's data stay out of every cache, the browser's included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark the response, unless the view has said something itself."""
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        return response
