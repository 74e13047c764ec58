"""Where Microsoft tells of changes. No session, no form: a notice shows by its secret that it is Microsoft's."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chamberlain.actions.take_notices import take_notices
from chamberlain.errors import Refused

MOST_BYTES = 1_000_000
MOST_TOKEN = 4_096


@csrf_exempt
@login_not_required
@require_POST
def hear(request: HttpRequest) -> HttpResponse:
    """Answers the handshake with its token; takes notices and answers before anything is done about them.

    source  https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (2026): the token comes back within
            ten seconds, as plain text; a delivery is answered within three
    """
    token = request.GET.get("validationToken")
    if token is not None:
        return _plain(token) if len(token) <= MOST_TOKEN else _plain("", status=400)
    body = _body(request)
    if body is None:
        return _plain("", status=413)
    try:
        take_notices(body)
    except Refused:
        return _plain("", status=400)
    return _plain("", status=202)


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    """Plain text and nothing else, whatever it looks like: the token is a stranger's."""
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=headers)


def _body(request: HttpRequest) -> bytes | None:
    """The body; None where it is too long.

    One sent in chunks has no length, and Django would take it for empty; the server ends it where the chunks end.
    """
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        stream, length = request.META["wsgi.input"], MOST_BYTES
    else:
        stream, length = request, _length(request)
    if length > MOST_BYTES:
        return None
    body: bytes = stream.read(MOST_BYTES + 1)
    return body if len(body) <= MOST_BYTES else None


def _length(request: HttpRequest) -> int:
    told = request.headers.get("Content-Length", "")
    return int(told) if told.isdecimal() else 0
