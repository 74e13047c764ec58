"""Consents: applications that may act in people's names."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from chamberlain.api.asking import moment_or_none, tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.paging import USUAL, At, Cursor, Limit, Listing, Search, listing
from chamberlain.model.api_token import TokenScope
from chamberlain.model.consent import Consent
from chamberlain.queries import consents
from chamberlain.queries.state import one_state

router = Router(tags=["consents"])


class AppShape(Schema):
    """An application by its service principal."""

    id: UUID
    name: str


class ConsentShape(Schema):
    """What one application may do towards another, in the name of one person or of everybody."""

    id: str = Field(description="Microsoft's id.")
    app: AppShape = Field(description="The application that acts.")
    resource: AppShape = Field(description="The application towards which it does.")
    person_id: UUID | None = Field(description="In whose name; null: in everybody's.")
    person_name: str
    scopes: list[str]
    since: datetime
    until: datetime | None


@router.get(
    "/tenants/{tenant}/consents",
    response=Listing[ConsentShape],
    operation_id="listConsents",
    **needs(TokenScope.READ_DIRECTORY),
)
def list_consents(
    request: HttpRequest,
    *,
    tenant: str,
    search: Search = "",
    at: At = None,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> dict[str, Any]:
    """Consents whose application, scopes or person contain the text."""
    with one_state():
        page = consents.list_consents(
            viewer=viewer_of(request),
            tenant=tenant_of(request, tenant),
            text=search,
            at=moment_or_none(at),
            cursor=cursor,
            size=limit,
        )
    return listing(request, page, shape=consent)


def consent(found: Consent) -> dict[str, Any]:
    """A consent as the API tells it."""
    return {
        "id": found.id,
        "app": {"id": found.client, "name": found.client_name},
        "resource": {"id": found.resource, "name": found.resource_name},
        "person_id": found.principal,
        "person_name": found.person_name,
        "scopes": [*found.scopes],
        "since": found.since,
        "until": found.until,
    }
