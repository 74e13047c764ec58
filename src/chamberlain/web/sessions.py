"""Sessions of browsers: begun anew at each sign-in, ended when idle or too old."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse

from chamberlain import clock
from chamberlain.actions.end_session import note_session_over
from chamberlain.errors import ChamberlainError
from chamberlain.model.entrance import Ending, SignInWay
from chamberlain.policy.session import over
from chamberlain.web.gate import GetResponse
from chamberlain.web.identity import viewer_of
from chamberlain.web.peer import address_of

WAY, STARTED, SEEN, IP, AGENT = "way", "started_at", "seen_at", "ip", "agent"
NOTED_EVERY = timedelta(minutes=1)
LONGEST_AGENT = 300
POLL = "X-Poll"
"""Said by parts of pages that ask again by themselves: nobody is there because of them."""


def begin(request: HttpRequest, way: SignInWay) -> None:
    """Notes in a new session how, when and from where it began."""
    now = clock.now().isoformat()
    request.session[WAY] = way.value
    request.session[STARTED] = now
    request.session[SEEN] = now
    request.session[IP] = address_of(request)
    request.session[AGENT] = request.headers.get("User-Agent", "").replace("\x00", "")[:LONGEST_AGENT]


def started_at(request: HttpRequest) -> datetime | None:
    """When the session of this request began."""
    return _moment(request.session, STARTED)


def way_of(request: HttpRequest) -> SignInWay | None:
    """How the session of this request began."""
    known = {way.value: way for way in SignInWay}
    return known.get(request.session.get(WAY, ""))


class SessionLimitMiddleware:
    """Ends sessions in which nobody did anything for long, and those that are old, before anything else is done."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End the session or note that it is used; the gate then sends to the sign-in, which says why."""
        ended = self._ended(request) if request.user.is_authenticated else None
        response = self.get_response(request)
        location = response.headers.get("Location", "")
        if ended is not None and location.startswith("/sign-in?"):
            response.headers["Location"] = f"{location}&ended={ended.value}"
        return response

    def _ended(self, request: HttpRequest) -> Ending | None:
        now, session = clock.now(), request.session
        seen = _moment(session, SEEN)
        why = over(
            started_at=_moment(session, STARTED),
            seen_at=seen,
            now=now,
            idle=timedelta(minutes=settings.SESSION_IDLE_MINUTES),
            longest=timedelta(seconds=settings.SESSION_COOKIE_AGE),
        )
        if why is not None:
            end(request, why)
            return why
        if seen is not None and now - seen >= NOTED_EVERY and POLL not in request.headers:
            session[SEEN] = now.isoformat()
        return None


def end(request: HttpRequest, why: Ending) -> None:
    """Ends the session of this request, with a trace."""
    try:
        viewer = viewer_of(request)
    except ChamberlainError:  # switched off meanwhile: the session ends all the same
        viewer = None
    logout(request)
    if viewer is not None:
        note_session_over(actor=viewer, why=why)


def _moment(session: SessionBase, name: str) -> datetime | None:
    text = session.get(name)
    return datetime.fromisoformat(text) if text else None
