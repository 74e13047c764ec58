"""Checking bearer tokens, and taking them back."""

from collections import Counter, OrderedDict
from typing import Any

import jwt

from chamberlain.simulator.graph.call import Caller
from chamberlain.simulator.graph.refusal import GraphError
from chamberlain.simulator.login.cloud import CloudHosts, is_foreign_graph
from chamberlain.simulator.login.signing import SigningKey
from chamberlain.simulator.message import Request

_TOKENS_REMEMBERED = 64


class Tokens:
    """Checks bearer tokens; the last few checked ones are remembered."""

    def __init__(self, key: SigningKey, tenant_id: str, cloud: CloudHosts) -> None:
        self._key = key
        self._cloud = cloud
        self._tenant_id = tenant_id
        self._checked: OrderedDict[str, tuple[float, Caller]] = OrderedDict()
        self._revoked: set[str] = set()
        self._uses: Counter[str] = Counter()

    def caller(self, request: Request, now: float) -> Caller:
        """The application that sends the request.

        raises  GraphError 401 with Graph's words
        """
        if is_foreign_graph(request.headers.get("host", ""), self._cloud):
            raise unauthenticated("Access token validation failure. Invalid audience.")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated("Access token is empty.")
        known = self._checked.get(token)
        if known is not None and known[0] > now:
            self._uses[token] += 1
            return known[1]
        if token in self._revoked:
            raise unauthenticated("Continuous access evaluation resulted in challenge with result: InteractionRequired")
        claims = self._claims(token)
        caller = Caller(claims["appid"], frozenset(claims.get("roles", ())))
        self._checked[token] = (float(claims["exp"]), caller)
        if len(self._checked) > _TOKENS_REMEMBERED:
            forgotten, _ = self._checked.popitem(last=False)
            self._uses.pop(forgotten, None)
        return caller

    def uses(self, request: Request) -> int:
        """How often the request's token was used before."""
        return self._uses[request.headers.get("authorization", "").partition(" ")[2]]

    def revoke(self, request: Request) -> None:
        """Refuse the request's token from now on; only a new one helps."""
        token = request.headers.get("authorization", "").partition(" ")[2]
        self._revoked.add(token)
        self._checked.pop(token, None)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            claims = self._key.verify(token, audience=self._cloud.graph)
        except jwt.ExpiredSignatureError:
            raise unauthenticated("Lifetime validation failed, the token is expired.") from None
        except jwt.InvalidAudienceError:
            raise unauthenticated("Access token validation failure. Invalid audience.") from None
        except jwt.InvalidSignatureError:
            raise unauthenticated("Access token validation failure. Signature is invalid.") from None
        except jwt.InvalidTokenError:
            raise unauthenticated("CompactToken parsing failed with error code: 80049217") from None
        if claims.get("tid") != self._tenant_id:
            raise unauthenticated("Access token validation failure. Invalid tenant.")
        return claims


def unauthenticated(message: str) -> GraphError:
    """A token that does not let its bearer in."""
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": challenge})
