"""Who asks: a token in the Authorization header, and nothing else. Cookies are not looked at."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from chamberlain.actions.limit_rate import limit_rate, refuse_if_spent
from chamberlain.actions.use_token import use_token
from chamberlain.audit.origin import present
from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.model.api_token import TokenScope, Visitor
from chamberlain.policy.rate import Rate


class Token(HttpBearer):
    """Lets tokens in that have a scope; None: any token that works."""

    def __init__(self, scope: TokenScope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Visitor:  # noqa: ARG002 - ninja's signature
        """The visitor.

        raises  Refused("token_invalid" | "token_scope_missing" | "too_many_requests")
        """
        address = present().ip
        refuse_if_spent(Rate.TOKEN_BY_ADDRESS, key=address)
        try:
            visitor = use_token(secret=token.strip())
        except Refused:
            limit_rate(Rate.TOKEN_BY_ADDRESS, key=address)
            raise
        limit_rate(Rate.API_BY_TOKEN, key=str(visitor.token.id))
        if self.scope is not None and self.scope not in visitor.token.scopes:
            raise Refused("token_scope_missing", scope=self.scope.value)
        return visitor


def needs(scope: TokenScope | None) -> dict[str, Any]:
    """What a route says of the scope that it asks for: to ninja, and in the OpenAPI document."""
    told = {"x-scope": scope.value} if scope else {}
    return {"auth": Token(scope), "openapi_extra": told}


def visitor_of(request: HttpRequest) -> Visitor:
    """Who was let in.

    raises  Refused("token_missing"), should a route ever be open by mistake
    """
    visitor = getattr(request, "auth", None)
    if not isinstance(visitor, Visitor):
        raise Refused("token_missing")
    return visitor


def viewer_of(request: HttpRequest) -> Actor:
    """The same as an actor."""
    return visitor_of(request).actor
