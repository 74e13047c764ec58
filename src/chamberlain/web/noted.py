"""Views of what not everybody may see, written into the audit trail."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from chamberlain.actions.note_view import note_view
from chamberlain.audit.event import EventName
from chamberlain.queries import connections
from chamberlain.web.identity import viewer_of

View = Callable[..., HttpResponseBase]


def noted(name: EventName, *, subject: str) -> Callable[[View], View]:
    """Records who was shown what. Where that cannot be written, nothing is shown.

    subject  the part of the address that names what is shown: `guid`, `key`
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def noting(request: HttpRequest, slug: str, **parts: Any) -> HttpResponseBase:
            response = view(request, slug=slug, **parts)
            if request.method == "GET" and response.status_code == 200:
                viewer = viewer_of(request)
                tenant = connections.find_tenant(viewer=viewer, slug=slug)
                note_view(name, actor=viewer, tenant=tenant, subject=str(parts[subject]))
            return response

        return noting

    return decorated
