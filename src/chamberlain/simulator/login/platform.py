"""A platform beside Microsoft that says who runs on it, as Kubernetes does: an issuer with metadata, keys and tokens.

source  https://learn.microsoft.com/entra/workload-id/workload-identity-federation (read 2026)
"""

import time
from functools import cached_property
from typing import Any

import jwt

from chamberlain.simulator.login.signing import SigningKey
from chamberlain.simulator.message import Request, Response, json_response

ROOT = "platform"
AUDIENCE = "api://AzureADTokenExchange"


class Platform:
    """Answers below /platform, and signs statements for those who ask the control routes."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    @cached_property
    def _key(self) -> SigningKey:
        """Made when somebody asks: to compute it takes a while."""
        return SigningKey(self._seed + 1_000_003)

    def respond(self, request: Request) -> Response | None:
        """Metadata and keys; None for other paths."""
        issuer = issuer_of(request)
        match request.segments[1:]:
            case (".well-known", "openid-configuration"):
                return json_response(200, {"issuer": issuer, "jwks_uri": f"{issuer}/keys"})
            case ("keys",):
                return json_response(200, {"keys": [self._key.jwk(issuer)]})
        return None

    def token(self, *, issuer: str, subject: str, audience: str, seconds: float) -> str:
        """A statement that the bearer is `subject`."""
        now = time.time()
        return self._key.sign(
            {"iss": issuer, "sub": subject, "aud": [audience], "iat": int(now), "nbf": int(now), "exp": now + seconds}
        )

    def claims(self, token: str) -> dict[str, Any]:
        """What a statement says that this platform signed; its time is not looked at.

        raises  jwt.InvalidTokenError
        """
        return self._key.verify_any(token)


def issuer_of(request: Request) -> str:
    """The platform's name, at the address at which it was asked."""
    return f"{request.origin}/{ROOT}"


def unverified(token: str) -> dict[str, Any] | None:
    """The claims of a token, whoever signed it; None for what is no token."""
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
