"""Every request is counted, timed, and told in one line of the log."""

import logging
import time

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram

from chamberlain.model.actor import Actor
from chamberlain.web.gate import GetResponse

logger = logging.getLogger(__name__)

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "chamberlain_http_requests", "Requests by page, method and status.", ["view", "method", "status"], registry=REGISTRY
)
SECONDS = Histogram(
    "chamberlain_http_request_seconds",
    "How long requests take until their answer begins.",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
UNTOLD = {"healthz", "readyz", "metrics"}
"""Asked every few seconds by machines; they are counted, but no line is worth it."""


class ObservingMiddleware:
    """Inside the middleware that numbers requests, so that the line carries the number."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Labels are what we wrote: names of pages, never what a stranger asked for."""
        began = time.perf_counter()
        response = self.get_response(request)
        took = time.perf_counter() - began
        match = request.resolver_match
        view = (match.view_name if match else "") or "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, response.status_code).inc()
        SECONDS.labels(view).observe(took)
        if view not in UNTOLD:
            route = f"/{match.route}" if match else "nowhere"
            logger.info(
                "%s %s answered %d in %.0f ms%s", method, route, response.status_code, took * 1000, _for(request)
            )
        return response


def _for(request: HttpRequest) -> str:
    """Whom it was answered, by the id that the audit trail has; nothing of strangers."""
    viewer = getattr(request, "viewer", None) or getattr(getattr(request, "auth", None), "actor", None)
    return f" for {viewer.id}" if isinstance(viewer, Actor) else ""
