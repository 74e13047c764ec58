"""What a tenant is connected for, which scopes that takes, and how they stand."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from chamberlain.actions.choose_capabilities import choose_capabilities
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.model.api_token import TokenScope
from chamberlain.model.capability import Capability, ScopeState
from chamberlain.queries.scopes import show_scopes

router = Router(tags=["connections"])
ROOT = "/tenants/{tenant}/connection"


class CapabilityShape(Schema):
    """A capability of a connection."""

    capability: Capability
    title: str
    chosen: bool
    ready: bool = Field(description="Whether this version can do it.")
    changes_tenant: bool
    dangerous: bool = Field(description="Whether who has its scopes can make itself Global Administrator.")
    lacks: list[str] = Field(description="Scopes without which a chosen one does not work.")
    roles: list[str] = Field(description="Directory roles, one of which the service principal has to hold.")
    has_role: bool | None = Field(description="Whether it holds one; null: none is needed, or it is not known.")


class ScopeShape(Schema):
    """How a scope stands."""

    scope: str
    state: ScopeState
    required: bool
    since: datetime | None
    instead: str | None = Field(description="The wider scope that stands in for it.")
    purposes: list[str]
    lost: list[str] = Field(description="What does not work without it.")


class ScopesShape(Schema):
    """Capabilities and scopes of a connection."""

    capabilities: list[CapabilityShape]
    scopes: list[ScopeShape]


class Choice(Schema):
    """What the tenant is to be connected for; what is essential is always in it."""

    model_config = ConfigDict(extra="forbid")

    capabilities: list[Capability] = Field(max_length=100)
    confirmed: bool = Field(default=False, description="That the tenant may be changed, where one of them does that.")


@router.get(ROOT + "/scopes", response=ScopesShape, operation_id="getScopes", **needs(TokenScope.READ_CONNECTIONS))
def get_scopes(request: HttpRequest, *, tenant: str) -> dict[str, Any]:
    """What was chosen, what it takes, and what Microsoft grants of it."""
    found = show_scopes(viewer=viewer_of(request), tenant=tenant_of(request, tenant))
    return {
        "capabilities": [
            {
                "capability": line.ability.capability,
                "title": line.ability.title,
                "chosen": line.is_chosen,
                "ready": line.ability.is_ready,
                "changes_tenant": line.writes,
                "dangerous": line.is_dangerous,
                "lacks": [*line.lacks],
                "roles": [*line.roles],
                "has_role": line.has_role,
            }
            for line in found.lines
        ],
        "scopes": [
            {
                "scope": one.name,
                "state": one.state,
                "required": one.needed.required if one.needed else False,
                "since": one.since,
                "instead": one.instead,
                "purposes": [purpose for _, purpose in one.needed.uses] if one.needed else [],
                "lost": [*one.lost],
            }
            for one in found.standings
        ],
    }


@router.put(
    ROOT + "/capabilities",
    response=list[Capability],
    operation_id="chooseCapabilities",
    **needs(TokenScope.MANAGE_CONNECTIONS),
)
def choose(request: HttpRequest, *, tenant: str, choice: Choice) -> list[Capability]:
    """Chooses in place of what was chosen; tells the choice as it holds from the next sync on."""
    chosen = choose_capabilities(
        actor=viewer_of(request),
        tenant=tenant_of(request, tenant),
        capabilities=[one.value for one in choice.capabilities],
        is_confirmed=choice.confirmed,
    )
    return [one for one in Capability if one in chosen]
