"""The token itself: what it is for, and its end. And what problems mean."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from chamberlain.actions.make_token import revoke_token
from chamberlain.api.bearer import needs, viewer_of, visitor_of
from chamberlain.errors import ChamberlainError, NotFound
from chamberlain.model.api_token import TokenScope
from chamberlain.sentences import SENTENCES, explain

router = Router(tags=["token"])


class TokenShape(Schema):
    """The token with which one asks."""

    name: str
    person: str
    tenant: str | None = Field(description="The only tenant that it reaches; null: every one that its person may see.")
    scopes: list[TokenScope]
    created_at: datetime
    expires_at: datetime


class Meaning(Schema):
    """What a kind of problem means; a dash stands for what differs from time to time."""

    code: str
    title: str
    detail: str
    repair: str


@router.get("/token", response=TokenShape, operation_id="getToken", **needs(None))
def get_token(request: HttpRequest) -> dict[str, Any]:
    """What this token is for. Any scope."""
    token = visitor_of(request).token
    return {
        "name": token.name,
        "person": token.user_name,
        "tenant": token.tenant_name or None,
        "scopes": sorted(token.scopes, key=lambda scope: scope.value),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }


@router.delete("/token", response={204: None}, operation_id="revokeToken", **needs(None))
def revoke(request: HttpRequest) -> Status[None]:
    """Revokes this token, for example one that leaked. Any scope."""
    revoke_token(actor=viewer_of(request), token_id=visitor_of(request).token.id)
    return Status(204, None)


@router.get("/problems/{code}", response=Meaning, operation_id="explainProblem", auth=None)
def explain_problem(request: HttpRequest, *, code: str) -> dict[str, str]:  # noqa: ARG001 - ninja's signature
    """What a problem's code means. Needs no token."""
    if code not in SENTENCES:
        raise NotFound("route_not_found")
    sentence = explain(ChamberlainError(code))
    return {"code": code, "title": sentence.what, "detail": sentence.why, "repair": sentence.repair}
