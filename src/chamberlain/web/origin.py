"""Says where a request comes from, for every event that it causes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from chamberlain.audit.origin import coming_from
from chamberlain.model.origin import Channel, Origin
from chamberlain.web.peer import address_of
from chamberlain.web.problems import quote_of

GetResponse = Callable[[HttpRequest], HttpResponse]


class OriginMiddleware:
    """Names address, browser and request id. It stands behind the middleware that numbers requests."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers with the origin set."""
        channel = Channel.API if request.path.startswith("/api/") else Channel.WEB
        origin = Origin(channel, address_of(request), request.headers.get("User-Agent", ""), quote_of(request))
        with coming_from(origin):
            return self.get_response(request)
