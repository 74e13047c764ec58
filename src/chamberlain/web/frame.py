"""What stands around every page: tenant, side bar with counts, age of the data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.carried import Halt
from chamberlain.model.kind import Kind
from chamberlain.model.run import Run
from chamberlain.model.tenant import Connection, Tenant
from chamberlain.policy.authority import Deed, may, may_somewhere
from chamberlain.queries import connections, permissions
from chamberlain.queries.guards import list_halts
from chamberlain.queries.my_tasks import count_tasks
from chamberlain.queries.scopes import Shut, list_shut
from chamberlain.web.identity import viewer_of
from chamberlain.web.sections import Choice, choices_for

LAST_TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings. `as_of` is the end of the last complete sync; `kinds` are all kinds with their counts.

    choices        the tenants that the switcher offers, of `tenants`, which the viewer may see
    deeds          what the viewer may do in the tenant, as values of Deed: nothing else is offered
    beyond         what they may do beyond tenants; somewhere: in any tenant
    halts          what holds everything back that writes to the tenant
    tasks          how many open tasks are the viewer's, or nobody's
    """

    tenants: tuple[Tenant, ...]
    choices: tuple[Choice, ...] = ()
    deeds: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()
    somewhere: frozenset[str] = frozenset()
    tenant: Tenant | None = None
    connection: Connection | None = None
    as_of: datetime | None = None
    running: Run | None = None
    last_run: Run | None = None
    kinds: tuple[tuple[Kind, int], ...] = ()
    shut: tuple[Shut, ...] = ()
    halts: tuple[Halt, ...] = ()
    tasks: int = 0

    @property
    def permissions(self) -> int:
        """How many permissions there are of all kinds."""
        return sum(count for _, count in self.kinds)


def frame_for(request: HttpRequest, *, tenant: Tenant | None = None) -> Frame:
    """The surroundings of a page of this tenant, or of the tenant that was looked at last."""
    viewer = viewer_of(request)
    tenants = connections.list_tenants(viewer=viewer)
    chosen = tenant or _last_looked_at(request, tenants)
    if chosen is None:
        return Frame(tenants, beyond=_deeds(viewer, None), somewhere=_somewhere(viewer))
    if request.session.get(LAST_TENANT) != chosen.slug:
        request.session[LAST_TENANT] = chosen.slug
    return _tenant_frame(request, viewer, tenants, chosen)


def frame_or_none(request: HttpRequest) -> Frame | None:
    """The surroundings for an error page, of the tenant in its address; None where they cannot be had."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return None
    try:
        return frame_for(request)
    except ChamberlainError:
        return None


def show(
    request: HttpRequest, template: str, context: Mapping[str, object], *, tenant: Tenant | None = None
) -> HttpResponse:
    """A whole page with its surroundings."""
    return render(request, template, {**context, "frame": frame_for(request, tenant=tenant)})


def wants_fragment(request: HttpRequest, *, target: str) -> bool:
    """Whether htmx asks for the element with this id only. After "back" it asks for the whole page."""
    headers = request.headers
    return headers.get("HX-Target") == target and headers.get("HX-History-Restore-Request") != "true"


def whole_page_again(needed: bool, fragment: HttpResponse) -> HttpResponse:  # noqa: FBT001 - reads as a sentence
    """The fragment; where it ends a wait, htmx is told to load the whole page, whose surroundings changed too."""
    if needed:
        fragment["HX-Refresh"] = "true"
    return fragment


def _last_looked_at(request: HttpRequest, tenants: tuple[Tenant, ...]) -> Tenant | None:
    match = request.resolver_match
    slug = (match.kwargs.get("slug") if match else None) or request.session.get(LAST_TENANT)
    return next((tenant for tenant in tenants if tenant.slug == slug), tenants[0] if tenants else None)


def _tenant_frame(request: HttpRequest, viewer: Actor, tenants: tuple[Tenant, ...], tenant: Tenant) -> Frame:
    deeds = _deeds(viewer, tenant)
    counts = permissions.count_permissions(viewer=viewer, tenant=tenant) if "see_directory" in deeds else {}
    card = connections.find_standing(viewer=viewer, tenant=tenant)
    return Frame(
        tenants=tenants,
        choices=choices_for(request, viewer=viewer, tenants=tenants, here=tenant),
        deeds=deeds,
        beyond=_deeds(viewer, None),
        somewhere=_somewhere(viewer),
        tenant=tenant,
        connection=card.connection if card else None,
        as_of=card.last_success if card else None,
        running=card.running if card else None,
        last_run=card.last_run if card else None,
        kinds=tuple((kind, counts.get(kind, 0)) for kind in Kind) if counts else (),
        shut=list_shut(viewer=viewer, tenant=tenant) if card else (),
        halts=list_halts(viewer=viewer, tenant=tenant),
        tasks=count_tasks(viewer=viewer, tenant=tenant),
    )


def _deeds(viewer: Actor, tenant: Tenant | None) -> frozenset[str]:
    return frozenset(deed.value for deed in Deed if may(viewer, deed, tenant_id=tenant.id if tenant else None))


def _somewhere(viewer: Actor) -> frozenset[str]:
    return frozenset(deed.value for deed in Deed if may_somewhere(viewer, deed))
