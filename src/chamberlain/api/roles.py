"""Who is what in Chamberlain: giving and taking roles. No token changes what its own person is."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from chamberlain.actions.grant_role import grant_role
from chamberlain.actions.revoke_role import revoke_role
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.runs import LARGEST_ID
from chamberlain.model.actor import Role
from chamberlain.model.api_token import TokenScope
from chamberlain.model.role import HeldRole, KnownPerson
from chamberlain.model.tenant import Tenant
from chamberlain.queries.roles import list_people_of_chamberlain

router = Router(tags=["roles"])
ROOT = "/tenants/{tenant}/roles"


class RoleShape(Schema):
    """A role of somebody."""

    id: int
    role: Role
    tenant: str | None = Field(description="Where, by slug; null: in the whole installation.")
    permission: str = Field(description="Key of the permission that an app admin looks after.")
    given_at: datetime
    given_by: str


class PersonRolesShape(Schema):
    """Somebody with the roles that the token may know of."""

    id: UUID
    name: str
    account: UUID | None = Field(description="Microsoft's object id; null for local accounts.")
    active: bool
    roles: list[RoleShape]


class NewRole(Schema):
    """A role to give."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field(
        min_length=1,
        max_length=320,
        description="Exactly: in a tenant a user name, mail or object id; else a local account's name.",
    )
    role: Role
    permission: str = Field(default="", max_length=400, description="Key of a permission, for app admins.")
    reason: str = Field(default="", max_length=500, description="For the audit trail.")


@router.get("/roles", response=list[PersonRolesShape], operation_id="listAllRoles", **needs(TokenScope.MANAGE_ROLES))
def list_all_roles(request: HttpRequest) -> list[dict[str, Any]]:
    """Everybody with every role, in the whole installation and in each tenant."""
    return [person(one) for one in list_people_of_chamberlain(viewer=viewer_of(request), tenant=None)]


@router.get(ROOT, response=list[PersonRolesShape], operation_id="listRoles", **needs(TokenScope.MANAGE_ROLES))
def list_roles(request: HttpRequest, *, tenant: str) -> list[dict[str, Any]]:
    """Who has a role in a tenant, or in the whole installation and so there, too."""
    found = list_people_of_chamberlain(viewer=viewer_of(request), tenant=tenant_of(request, tenant))
    return [person(one) for one in found]


@router.post("/roles", response={204: None}, operation_id="grantRoleEverywhere", **needs(TokenScope.MANAGE_ROLES))
def grant_everywhere(request: HttpRequest, *, new: NewRole) -> Status[None]:
    """Gives a role in the whole installation; to whom has it already, nothing happens."""
    return _grant(request, new, tenant=None)


@router.post(ROOT, response={204: None}, operation_id="grantRole", **needs(TokenScope.MANAGE_ROLES))
def grant(request: HttpRequest, *, tenant: str, new: NewRole) -> Status[None]:
    """Gives a role in a tenant; to whom has it already, nothing happens."""
    return _grant(request, new, tenant=tenant_of(request, tenant))


@router.delete("/roles/{role_id}", response={204: None}, operation_id="revokeRole", **needs(TokenScope.MANAGE_ROLES))
def revoke(
    request: HttpRequest,
    *,
    role_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    reason: Annotated[str, Query(max_length=500, description="For the audit trail.")] = "",
) -> Status[None]:
    """Takes a role, wherever it holds. The last administrator's stays."""
    revoke_role(actor=viewer_of(request), role_id=role_id, tenant_id=None, reason=reason)
    return Status(204, None)


def person(found: KnownPerson) -> dict[str, Any]:
    """Somebody with roles, as the API tells it."""
    return {
        "id": found.id,
        "name": found.name,
        "account": found.account,
        "active": found.active,
        "roles": [_role(one) for one in found.roles],
    }


def _role(one: HeldRole) -> dict[str, Any]:
    return {
        "id": one.id,
        "role": one.role,
        "tenant": one.tenant.slug if one.tenant else None,
        "permission": one.permission,
        "given_at": one.given_at,
        "given_by": one.given_by,
    }


def _grant(request: HttpRequest, new: NewRole, *, tenant: Tenant | None) -> Status[None]:
    grant_role(
        actor=viewer_of(request),
        person=new.person,
        role=new.role,
        tenant=tenant,
        permission=new.permission,
        reason=new.reason,
    )
    return Status(204, None)
