"""Tenants at a glance: which there are, their figures, licences, and a search over everything."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from chamberlain.api import shapes
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of, visitor_of
from chamberlain.api.people import PersonShape, person
from chamberlain.api.permissions import PermissionShape, permission
from chamberlain.model.api_token import TokenScope
from chamberlain.model.tenant import Tenant
from chamberlain.queries import connections, overview
from chamberlain.queries.overview import LicenceRow

router = Router(tags=["tenants"])


class TenantShape(Schema):
    """A Microsoft 365 organisation."""

    id: UUID = Field(description="Microsoft's tenant id.")
    slug: str = Field(description="How addresses name it.")
    name: str
    domain: str


class LicenceShape(Schema):
    """A licence of the tenant, in seats."""

    key: str
    name: str
    part_number: str
    status: str
    bought: int
    assigned: int
    idle: int = Field(description="Negative: more were assigned than bought.")
    suspended: int
    blocked: int = Field(description="Held by accounts that are blocked.")
    errors: int = Field(description="Could not be assigned.")
    free: bool
    service_plans: list[shapes.PlanShape]


class OverviewShape(Schema):
    """The figures of a tenant."""

    tenant: TenantShape
    as_of: datetime | None = Field(description="The end of the last complete sync; null before the first.")
    people: int
    guests: int
    blocked: int
    admins: int
    blocked_with_licence: int
    permissions: dict[str, int] = Field(description="How many of each kind.")


class Found(Schema):
    """The best few of both."""

    people: list[PersonShape]
    permissions: list[PermissionShape]


@router.get("/tenants", response=list[TenantShape], operation_id="listTenants", **needs(None))
def list_tenants(request: HttpRequest) -> list[dict[str, Any]]:
    """Tenants that the token reaches, by name. Any scope."""
    visitor = visitor_of(request)
    return [tenant_shape(one) for one in connections.list_tenants(viewer=visitor.actor)]


@router.get("/tenants/{tenant}", response=TenantShape, operation_id="getTenant", **needs(None))
def get_tenant(request: HttpRequest, *, tenant: str) -> dict[str, Any]:
    """One tenant, by slug, id or domain. Any scope."""
    return tenant_shape(tenant_of(request, tenant))


@router.get(
    "/tenants/{tenant}/overview",
    response=OverviewShape,
    operation_id="getOverview",
    **needs(TokenScope.READ_DIRECTORY),
)
def get_overview(request: HttpRequest, *, tenant: str) -> dict[str, Any]:
    """The figures of the dashboard."""
    found = overview.show_overview(viewer=viewer_of(request), tenant=tenant_of(request, tenant))
    return {
        "tenant": tenant_shape(found.tenant),
        "as_of": found.as_of,
        "people": found.people,
        "guests": found.guests,
        "blocked": found.blocked,
        "admins": found.admins,
        "blocked_with_licence": found.blocked_with_licence,
        "permissions": {kind.value: number for kind, number in found.permissions.items()},
    }


@router.get(
    "/tenants/{tenant}/licences",
    response=list[LicenceShape],
    operation_id="listLicences",
    **needs(TokenScope.READ_DIRECTORY),
)
def list_licences(request: HttpRequest, *, tenant: str) -> list[dict[str, Any]]:
    """Every licence, those with most idle seats first, free ones last."""
    found = overview.list_licences(viewer=viewer_of(request), tenant=tenant_of(request, tenant))
    return [licence(one) for one in found]


@router.get("/tenants/{tenant}/search", response=Found, operation_id="search", **needs(TokenScope.READ_DIRECTORY))
def search(
    request: HttpRequest,
    *,
    tenant: str,
    search: Annotated[str, Query(min_length=1, max_length=200, description="Words to find.")],
    limit: Annotated[int, Query(ge=1, le=50, description="How many of each at most.")] = 8,
) -> dict[str, Any]:
    """The first people and permissions whose words begin with these words."""
    found = overview.search(viewer=viewer_of(request), tenant=tenant_of(request, tenant), text=search, limit=limit)
    return {
        "people": [person(row) for row in found.people],
        "permissions": [permission(row) for row in found.permissions],
    }


def tenant_shape(found: Tenant) -> dict[str, Any]:
    """A tenant as the API tells it."""
    return {"id": found.guid, "slug": found.slug, "name": found.name, "domain": found.domain}


def licence(row: LicenceRow) -> dict[str, Any]:
    """A licence as the API tells it."""
    return {
        "key": row.key,
        "name": row.name,
        "part_number": row.part_number,
        "status": row.status,
        "bought": row.bought,
        "assigned": row.assigned,
        "idle": row.idle,
        "suspended": row.suspended,
        "blocked": row.blocked,
        "errors": row.errors,
        "free": row.free,
        "service_plans": [{"key": one.key, "name": one.name, "enabled": one.enabled} for one in row.plans],
    }
