"""Putting a plan back: what would come back and what cannot, and then the plan that does it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from chamberlain.actions.undo_plan import undo_plan
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may
from chamberlain.queries import connections
from chamberlain.queries.undo import offer_undo
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of

LONGEST_REASON = 500
MOST_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
def plan_undo(request: HttpRequest, slug: str, plan_id: int) -> HttpResponse:
    """What undoing comes to; a POST makes the plan that does it, which is read and applied like any other."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method != "POST":
        return _show(request, viewer, tenant, plan_id)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    try:
        made = undo_plan(actor=viewer, tenant=tenant, plan_id=plan_id, reason=reason, settings=load())
    except ChamberlainError as error:
        if error.code in ("not_allowed", "plan_not_found"):
            raise
        return _show(request, viewer, tenant, plan_id, failure=error)
    return redirect("plan", slug=tenant.slug, plan_id=made)


def _show(
    request: HttpRequest, viewer: Actor, tenant: Tenant, plan_id: int, *, failure: ChamberlainError | None = None
) -> HttpResponse:
    offer = offer_undo(viewer=viewer, tenant=tenant, plan_id=plan_id)
    context = {
        "tenant": tenant,
        "offer": offer,
        "back": offer.back[:MOST_SHOWN],
        "more": max(0, len(offer.back) - MOST_SHOWN),
        "lost": offer.lost[:MOST_SHOWN],
        "more_lost": max(0, len(offer.lost) - MOST_SHOWN),
        "may_make": may(viewer, Deed.MAKE_PLAN, tenant_id=tenant.id),
        "reason": request.POST.get("reason", "")[:LONGEST_REASON],
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
    }
    response = show(request, "plans/undo.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response
