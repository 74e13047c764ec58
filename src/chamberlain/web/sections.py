"""The parts of a tenant that have a page, what it takes to see them, and the way to the same part of another tenant."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may

HOME = "overview"
OWN = "mine"
MOST_OFFERED = 30  # more are found on the page of tenants

SECTIONS: dict[str, Deed] = {
    "mine": Deed.SEE_OWN_ACCESS,
    "overview": Deed.SEE_DIRECTORY,
    "people": Deed.SEE_DIRECTORY,
    "permissions": Deed.SEE_DIRECTORY,
    "permissions_of_kind": Deed.SEE_DIRECTORY,
    "licences": Deed.SEE_DIRECTORY,
    "consents": Deed.SEE_DIRECTORY,
    "changes": Deed.SEE_DIRECTORY,
    "connection": Deed.SEE_CONNECTION,
    "health": Deed.SEE_CONNECTION,
    "plans": Deed.SEE_PLANS,
    "runs": Deed.SEE_RUNS,
    "tasks": Deed.SEE_PLANS,
    "made_changes": Deed.SEE_PLANS,
    "guards": Deed.SEE_PLANS,
    "roles": Deed.SEE_ROLES,
}

# What is one thing of one tenant has no counterpart in another: there, its list is shown.
LIST_OF = {
    "person": "people",
    "permission": "permissions",
    "run": "runs",
    "task": "tasks",
    "plan_run": "plans",
    "plan_undo": "plans",
    "plan": "plans",
    "new_plan": "plans",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A tenant to go to."""

    tenant: Tenant
    url: str
    current: bool


def home_of(viewer: Actor, tenant: Tenant) -> str:
    """The URL of where somebody begins in a tenant: the overview, or what they have themselves."""
    sees = may(viewer, SECTIONS[HOME], tenant_id=tenant.id)
    return reverse(HOME if sees else OWN, kwargs={"slug": tenant.slug})


def same_section(request: HttpRequest, *, viewer: Actor, tenant: Tenant) -> str:
    """The URL of the same part of another tenant, without filters; its beginning where there is no such part."""
    match = request.resolver_match
    name = LIST_OF.get(match.url_name or "", match.url_name or "") if match else ""
    deed = SECTIONS.get(name)
    if match is None or deed is None or not may(viewer, deed, tenant_id=tenant.id):
        return home_of(viewer, tenant)
    kept = {key: value for key, value in match.kwargs.items() if key == "kind"}
    return reverse(name, kwargs={"slug": tenant.slug, **kept})


def choices_for(
    request: HttpRequest, *, viewer: Actor, tenants: tuple[Tenant, ...], here: Tenant | None
) -> tuple[Choice, ...]:
    """The tenants that the switcher offers: the first by name, and the one that is shown."""
    offered = tenants[:MOST_OFFERED]
    if here is not None and here not in offered:
        offered = (here, *offered[:-1])
    return tuple(
        Choice(tenant, same_section(request, viewer=viewer, tenant=tenant), tenant == here) for tenant in offered
    )
