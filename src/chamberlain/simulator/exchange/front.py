"""The door of Exchange's administration: who calls, how many at once, which cmdlet, and how its answer is told.

`POST /adminapi/beta/{tenant}/InvokeCommand` runs any cmdlet that is simulated and has no document of Microsoft;
`POST /adminapi/v2.0/{tenant}/{endpoint}` is documented, and of what is simulated it only reads."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chamberlain.simulator.exchange.call import Call, Cmdlet, checked, read_input
from chamberlain.simulator.exchange.groups import GROUP_CMDLETS
from chamberlain.simulator.exchange.mail import Mail
from chamberlain.simulator.exchange.mailbox_access import ACCESS_CMDLETS
from chamberlain.simulator.exchange.mailboxes import MAILBOX_CMDLETS
from chamberlain.simulator.exchange.refusal import ExchangeError, bad_request, refused_on_purpose, unknown_cmdlet
from chamberlain.simulator.exchange.tokens import MANAGE, MANAGE_V2, Caller, Entry, ExchangeTokens
from chamberlain.simulator.exchange.trouble import drawn
from chamberlain.simulator.graph.gateway import Front
from chamberlain.simulator.login.signing import SigningKey
from chamberlain.simulator.message import Request, Response
from chamberlain.simulator.world.knobs import Knobs
from chamberlain.simulator.world.tenant import World

ROOT = "adminapi"
CMDLETS = {one.name.lower(): one for one in (*GROUP_CMDLETS, *MAILBOX_CMDLETS, *ACCESS_CMDLETS)}
DOCUMENTED = {
    "distributiongroupmember": frozenset({"get-distributiongroupmember"}),
    "dynamicdistributiongroupmember": frozenset({"get-dynamicdistributiongroupmember"}),
    "mailbox": frozenset({"get-mailbox"}),
}
"""Endpoints of the documented API, with the cmdlets that each runs.

source  https://learn.microsoft.com/exchange/reference/admin-api-endpoints-reference (read 2026)
"""
JSON = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"
MOST_A_PAGE = 1_000
LISTINGS_REMEMBERED = 32
RETRY_SECONDS = 1
MORE = "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter."  # noqa: E501 - one sentence of Microsoft's


@dataclass(slots=True)
class _Listing:
    results: list[dict[str, Any]]
    warnings: list[str] = field(default_factory=list)


class ExchangeFront:
    """Answers requests below /adminapi."""

    def __init__(self, mail: Mail, tokens: ExchangeTokens, front: Front, knobs: Knobs, *, tenant: str) -> None:
        self.mail = mail
        self._tokens = tokens
        self._front = front
        self._knobs = knobs
        self._tenant = tenant
        self._running: deque[float] = deque()
        self._listings: OrderedDict[str, _Listing] = OrderedDict()

    def respond(self, request: Request, now: float) -> Response:
        """The answer to a request."""
        response = self._answer(request, now)
        response.headers |= {"request-id": str(uuid.uuid4()), "X-CalculatedBETarget": "simulated.prod.outlook.com"}
        return response

    def _answer(self, request: Request, now: float) -> Response:
        endpoint = self._endpoint(request)
        if endpoint is None or request.method != "POST":
            return Response(404)
        caller = self._tokens.caller(request, MANAGE if endpoint == "invokecommand" else MANAGE_V2)
        if caller.entry is not Entry.OPEN:
            return Response(caller.entry.value)  # Exchange says no word about why
        trouble = drawn(request, self._front.gates, self._front.schedule)
        if (instead := trouble.instead(caller.app, now) or self._too_many(now)) is not None:
            return instead
        response, writes = self._run(request, endpoint, caller, now)
        response.delay_seconds += self._knobs.exchange_call_ms / 1000
        return trouble.afterwards(response, now=now, writes=writes)

    def _endpoint(self, request: Request) -> str | None:
        """What is asked, in small letters; None for a path that leads nowhere."""
        parts = [part.lower() for part in request.segments]
        if len(parts) != 4 or parts[2] != self._tenant:
            return None
        if parts[1] == "beta":
            return parts[3] if parts[3] == "invokecommand" else None
        return parts[3] if parts[1] == "v2.0" and parts[3] in DOCUMENTED else None

    def _too_many(self, now: float) -> Response | None:
        """A refusal while as many calls run as may at once; how long one takes is a knob."""
        while self._running and self._running[0] <= now:
            self._running.popleft()
        if len(self._running) >= self._knobs.exchange_at_once:
            document = {"error": {"code": "TooManyRequests", "message": "The request was throttled."}}
            return Response(429, msgspec.json.encode(document), JSON, {"Retry-After": str(RETRY_SECONDS)})
        if self._knobs.exchange_call_ms:
            self._running.append(now + self._knobs.exchange_call_ms / 1000)
        return None

    def _run(self, request: Request, endpoint: str, caller: Caller, now: float) -> tuple[Response, bool]:
        """The answer, and whether a cmdlet was asked for that writes."""
        self.mail.settle(now)
        cmdlet, refused = None, 0
        try:
            name, said = read_input(request.body)
            cmdlet = self._cmdlet(name, endpoint)
            call = Call(cmdlet.name, checked(cmdlet, said), self.mail, caller.app)
            if self.mail.refuses(cmdlet.name, call.optional("Identity")):
                raise refused_on_purpose(cmdlet.name)
            response = self._told(request, self._page(request, cmdlet, call))
        except ExchangeError as refusal:
            refused, status = refusal.status, 200 if self._knobs.exchange_errors_as_ok else refusal.status
            response = Response(status, msgspec.json.encode(refusal.document()), JSON)
        writes = cmdlet is not None and cmdlet.writes
        if writes:
            self._front.writes.record(
                request,
                app=caller.app,
                now=now,
                status=refused or response.status,  # what it did, whatever it says
                changes=self.mail.made(),
                position=self.mail.position,
                units=0,
            )
        return response, writes

    def _cmdlet(self, name: str, endpoint: str) -> Cmdlet:
        known = CMDLETS.get(name.lower())
        if known is None or (endpoint != "invokecommand" and name.lower() not in DOCUMENTED[endpoint]):
            raise unknown_cmdlet(name)
        return known

    def _page(self, request: Request, cmdlet: Cmdlet, call: Call) -> tuple[_Listing, int, str]:
        """A listing, where this page of it begins, and the key by which it is remembered."""
        token = request.query.get("$skiptoken")
        if token is not None:
            key, start = _read_token(token)
            if key not in self._listings:
                raise bad_request("The specified page token value is not valid.")
            return self._listings[key], start, key
        results = cmdlet.run(call)
        listing = _Listing(results, call.warnings)
        if not cmdlet.writes and call.most is not None and len(results) > call.most:
            listing = _Listing(results[: call.most], [*call.warnings, MORE])
        key = uuid.uuid4().hex
        self._listings[key] = listing
        if len(self._listings) > LISTINGS_REMEMBERED:
            self._listings.popitem(last=False)
        return listing, 0, key

    def _told(self, request: Request, page: tuple[_Listing, int, str]) -> Response:
        listing, start, key = page
        size = _page_size(request)
        names = frozenset(name for name in request.query.get("$select", "").split(",") if name)
        shown = listing.results[start : start + size]
        metadata = f"{request.origin}/{'/'.join(request.segments[:3])}/$metadata#Collection(Exchange.GenericHashTable)"
        document: dict[str, Any] = {
            "@odata.context": metadata,
            "adminapi.warnings@odata.type": "#Collection(String)",
            "@adminapi.warnings": listing.warnings,
            "value": [{name: value for name, value in one.items() if not names or name in names} for one in shown],
        }
        if start + size < len(listing.results):
            token = urlsafe_b64encode(f"{key}:{start + size}".encode()).rstrip(b"=").decode()
            selected = f"$select={request.query['$select']}&" if names else ""
            document["@odata.nextLink"] = f"{request.origin}{request.raw_path}?{selected}$skiptoken={token}"
        return Response(200, msgspec.json.encode(document), JSON)


def _read_token(text: str) -> tuple[str, int]:
    try:
        key, _, start = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        return key, int(start)
    except ValueError:
        raise bad_request("The specified page token value is not valid.") from None


def _page_size(request: Request) -> int:
    """How many results a page has: what Prefer says, 1,000 at most."""
    for part in request.headers.get("prefer", "").replace(";", ",").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "odata.maxpagesize" and value.isdecimal():
            return max(1, min(MOST_A_PAGE, int(value)))
    return MOST_A_PAGE


def exchange_front(world: World, front: Front, key: SigningKey, audience: str) -> ExchangeFront:
    """Exchange's door in a tenant."""
    tokens = ExchangeTokens(world, key, audience)
    return ExchangeFront(Mail(world), tokens, front, world.knobs, tenant=world.base.tenant.id)
