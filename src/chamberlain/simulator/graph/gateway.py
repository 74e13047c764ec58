"""The front of Graph: who asks, what it costs, and whether something stands in the way before a route answers."""

import uuid
from collections import OrderedDict
from typing import Any, Protocol

import jwt
import msgspec

from chamberlain.simulator.graph.call import Call, Caller
from chamberlain.simulator.graph.query import read_options
from chamberlain.simulator.graph.refusal import GraphError
from chamberlain.simulator.graph.routes import Route, Router
from chamberlain.simulator.graph.skip_token import read_skip_token
from chamberlain.simulator.login.signing import SigningKey
from chamberlain.simulator.message import Request, Response
from chamberlain.simulator.usage import Usage
from chamberlain.simulator.world.tenant import World

VERSIONS = frozenset({"v1.0", "beta"})
JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_DIAGNOSTIC = (
    '{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"5","ScaleUnit":"002","RoleInstance":"SIMULATOR"}}'
)
_TOKENS_REMEMBERED = 64


class Gate(Protocol):
    """Something that may answer in a route's place: a fault, later a quota."""

    def stop(self, request: Request, caller: Caller, page: int, units: int, /) -> Response | None:
        """The answer instead of the route's, None to let the request pass."""


class Tokens:
    """Checks bearer tokens; the last few checked ones are remembered."""

    def __init__(self, key: SigningKey, tenant_id: str) -> None:
        self._key = key
        self._tenant_id = tenant_id
        self._checked: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def caller(self, request: Request, now: float) -> Caller:
        """The application that sends the request.

        raises  GraphError 401 with Graph's words
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthenticated("Access token is empty.")
        known = self._checked.get(token)
        if known is not None and known[0] > now:
            return known[1]
        claims = self._claims(token)
        caller = Caller(claims["appid"], frozenset(claims.get("roles", ())))
        self._checked[token] = (float(claims["exp"]), caller)
        if len(self._checked) > _TOKENS_REMEMBERED:
            self._checked.popitem(last=False)
        return caller

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            claims = self._key.verify(token)
        except jwt.ExpiredSignatureError:
            raise _unauthenticated("Lifetime validation failed, the token is expired.") from None
        except jwt.InvalidAudienceError:
            raise _unauthenticated("Access token validation failure. Invalid audience.") from None
        except jwt.InvalidSignatureError:
            raise _unauthenticated("Access token validation failure. Signature is invalid.") from None
        except jwt.InvalidTokenError:
            raise _unauthenticated("CompactToken parsing failed with error code: 80049217") from None
        if claims.get("tid") != self._tenant_id:
            raise _unauthenticated("Access token validation failure. Invalid tenant.")
        return claims


def _unauthenticated(message: str) -> GraphError:
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": challenge})


class Gateway:
    """Answers requests below a version segment."""

    def __init__(self, world: World, tokens: Tokens, usage: Usage, gates: tuple[Gate, ...]) -> None:
        self._world = world
        self._tokens = tokens
        self._usage = usage
        self._gates = gates
        self._router = Router()
        self._encoder = msgspec.json.Encoder()

    def respond(self, request: Request, now: float) -> Response:
        """The answer to a request, with the headers that Graph puts on every one."""
        request_id = str(uuid.uuid4())
        client_request_id = request.headers.get("client-request-id", request_id)
        route: Route | None = None
        units = 0
        try:
            caller = self._tokens.caller(request, now)
            route, keys = self._router.find(request.method, request.segments[1:])
            units = route.units(request.query)
            response = self._answer(request, caller, route, keys, units)
        except GraphError as refusal:
            units = 0  # refused requests were seen to cost nothing
            document = refusal.document(request_id, client_request_id)
            response = Response(refusal.status, msgspec.json.encode(document), JSON, dict(refusal.headers))
        self._usage.record(request.method, route.pattern if route else "(unknown)", units, response.status)
        response.headers |= {
            "request-id": request_id,
            "client-request-id": client_request_id,
            "x-ms-resource-unit": str(units),
            "x-ms-ags-diagnostic": _DIAGNOSTIC,
            "OData-Version": "4.0",
        }
        return response

    def _answer(self, request: Request, caller: Caller, route: Route, keys: tuple[str, ...], units: int) -> Response:
        if not caller.may(route.roles):
            raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        options = read_options(request)
        token = None if options.skip_token is None else read_skip_token(options.skip_token, request)
        number = 1 if token is None else token.page
        for gate in self._gates:
            stopped = gate.stop(request, caller, number, units)
            if stopped is not None:
                return stopped
        call = Call(
            request=request,
            view=self._world.view(None if token is None else token.position),
            options=options,
            keys=keys,
            caller=caller,
            offset=0 if token is None else token.offset,
            page=number,
        )
        answer = route.handler(call)
        if isinstance(answer, Response):
            return answer
        return Response(200, self._encoder.encode(answer), JSON)
