"""What a tenant is connected for: ticking capabilities shows what they take; choosing them is a step of its own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chamberlain.actions.choose_capabilities import choose_capabilities
from chamberlain.actions.stop_writers import set_guards
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.capability import Capability
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import ESSENTIAL
from chamberlain.policy.planning.rails import DELAY, DELAY_BOUND, read_figures
from chamberlain.queries import connections
from chamberlain.queries.guards import who_approves
from chamberlain.queries.plans import find_guards
from chamberlain.queries.scopes import show_scopes
from chamberlain.sentences import explain
from chamberlain.web.address import text_in
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of

FIELD = "capability"
PLANNED = "planned"  # tells a form without ticks from a page without a form


@require_http_methods(["GET", "HEAD", "POST"])
def capabilities(request: HttpRequest, slug: str) -> HttpResponse:
    """The planner. What is ticked stands in the address, so a plan can be sent to somebody who decides."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method == "POST":
        return _choose(request, viewer, tenant)
    ticked = _ticked(request.GET.getlist(FIELD)) if PLANNED in request.GET else None
    return _show(request, viewer, tenant, ticked=ticked)


def _choose(request: HttpRequest, viewer: Actor, tenant: Tenant) -> HttpResponse:
    values = request.POST.getlist(FIELD)
    try:
        rails = find_guards(viewer=viewer, tenant=tenant).rails
        typed = {DELAY: text_in(request.POST, DELAY)} if DELAY in request.POST else {}
        is_other = read_figures(rails, typed) != rails
        choose_capabilities(
            actor=viewer, tenant=tenant, capabilities=values, is_confirmed=request.POST.get("confirmed") == "yes"
        )
        if is_other:
            set_guards(actor=viewer, tenant=tenant, rails=lambda held: read_figures(held, typed))
    except ChamberlainError as error:
        return _show(request, viewer, tenant, ticked=_ticked(values), failure=error)
    messages.info(request, _("Chosen. What is asked of Microsoft is listed below; the next sync reads accordingly."))
    return redirect("connection", slug=tenant.slug)


def _show(
    request: HttpRequest,
    viewer: Actor,
    tenant: Tenant,
    *,
    ticked: frozenset[Capability] | None,
    failure: ChamberlainError | None = None,
) -> HttpResponse:
    scopes = show_scopes(viewer=viewer, tenant=tenant, planned=ticked)
    chosen = [line for line in scopes.lines if line.is_chosen]
    context = {
        "tenant": tenant,
        "scopes": scopes,
        "reading": [line for line in scopes.lines if not line.writes],
        "writing": [line for line in scopes.lines if line.writes],
        "chosen": chosen,
        "needed": [one for one in scopes.standings if one.needed],
        "surplus": [one for one in scopes.standings if not one.needed],
        "unready": [line for line in chosen if not line.ability.is_ready],
        "approving": who_approves(viewer=viewer, tenant=tenant),
        "delay": request.POST.get(DELAY, "")[:20],
        "delay_bound": DELAY_BOUND,
        "has_writing": any(line.writes for line in chosen),
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
    }
    if wants_fragment(request, target="plan") and failure is None:
        return render(request, "connect/_plan.html", context)
    response = show(request, "connect/capabilities.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response


def _ticked(values: list[str]) -> frozenset[Capability]:
    """What a form or an address names; what is no capability is left out, what is essential is always in."""
    return ESSENTIAL | frozenset(one for one in Capability if one.value in values)
