"""Plans: the list, and one plan, which is read, approved, carried out, put aside or made again here."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from chamberlain.actions.apply_plan import apply_plan, approve_plan, refuse_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.undo_plan import undo_plan
from chamberlain.errors import ChamberlainError, NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.plan import Plan, PlanState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.queries import connections
from chamberlain.queries.changing import what_may_change
from chamberlain.queries.plans import find_plan, list_plans
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.address import Address, chips_for, choice_from, text_from, text_in
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.plan_difference import Difference, difference
from chamberlain.web.plan_files import as_csv, as_json
from chamberlain.web.plan_page import about_plan
from chamberlain.web.problems import status_of
from chamberlain.web.views.plan_run import run_context

ON_PAGE = 50
STATES: dict[str, tuple[PlanState, ...]] = {
    "open": (PlanState.PLANNED, PlanState.APPROVED),
    "running": (PlanState.RUNNING, PlanState.PAUSED),
    "done": (PlanState.DONE,),
    "failed": (PlanState.FAILED,),
    "over": (PlanState.STALE, PlanState.REFUSED, PlanState.UNDONE),
}
OFFERS = (
    ("state", "open", gettext_lazy("Waiting")),
    ("state", "running", gettext_lazy("Running or paused")),
    ("state", "done", gettext_lazy("Done")),
    ("state", "failed", gettext_lazy("Not all done")),
    ("state", "over", gettext_lazy("Overtaken, put aside or undone")),
)


@require_safe
def list_of_plans(request: HttpRequest, slug: str) -> HttpResponse:
    """Plans of a tenant, newest first."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    state = choice_from(request, "state", tuple(STATES))
    person = text_from(request, "person")
    address = Address(request.path, {"state": state, "person": person})
    before = text_from(request, "before")
    found = list_plans(
        viewer=viewer,
        tenant=tenant,
        limit=ON_PAGE + 1,
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None,
        states=STATES.get(state, ()),
        subject=f"account:{person.lower()}" if person else "",
    )
    rows = found[:ON_PAGE]
    context = {
        "tenant": tenant,
        "plans": rows,
        "address": address,
        "chips": chips_for(address, OFFERS),
        "narrowed": bool(state or person),
        "older": address.with_(before=str(rows[-1].id)) if len(found) > ON_PAGE else "",
        "changing": what_may_change(viewer=viewer, tenant=tenant),
    }
    if wants_fragment(request, target="results"):
        return render(request, "plans/_results.html", context)
    return show(request, "plans/plans.html", context, tenant=tenant)


@require_http_methods(["GET", "HEAD", "POST"])
def show_plan(request: HttpRequest, slug: str, plan_id: int) -> HttpResponseBase:
    """One plan; a POST decides about it."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method != "POST":
        return _shown(request, viewer, tenant, plan_id)
    deed = DEEDS.get(text_in(request.POST, "do"), _nothing)
    try:
        shown = deed(request, viewer, tenant, plan_id)
    except ChamberlainError as error:
        if status_of(error) in (403, 404):
            raise
        return _shown(request, viewer, tenant, plan_id, failure=error)
    instead = f"?instead={plan_id}" if shown != plan_id else ""
    return redirect(reverse("plan", kwargs={"slug": tenant.slug, "plan_id": shown}) + instead)


def _shown(
    request: HttpRequest, viewer: Actor, tenant: Tenant, plan_id: int, *, failure: ChamberlainError | None = None
) -> HttpResponseBase:
    page = find_plan(viewer=viewer, tenant=tenant, plan_id=plan_id)
    wanted = choice_from(request, "format", ("csv", "json")) if request.method == "GET" else ""
    if wanted:
        return (as_csv if wanted == "csv" else as_json)(page, actor=viewer, tenant=tenant)
    context: dict[str, object] = {}
    if page.ran.started_at is not None:
        context |= run_context(request, viewer=viewer, tenant=tenant, plan_id=plan_id)
    context |= {
        **about_plan(request, page=page, tenant=tenant, viewer=viewer),
        "difference": _difference(request, page.ran.plan, viewer, tenant),
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
    }
    response = show(request, "plans/plan.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response


def _difference(request: HttpRequest, plan: Plan, viewer: Actor, tenant: Tenant) -> Difference | None:
    """What is otherwise than in the plan that this one was made in place of, where the address names one."""
    typed = text_from(request, "instead")
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 16) or int(typed) == plan.id:
        return None
    try:
        before = find_plan(viewer=viewer, tenant=tenant, plan_id=int(typed)).ran.plan
    except NotFound:
        return None
    return difference(before, after=plan)


def _apply(request: HttpRequest, viewer: Actor, tenant: Tenant, plan_id: int) -> int:
    apply_plan(actor=viewer, tenant=tenant, plan_id=plan_id)
    messages.info(request, _("It runs now. You may leave this page; it goes on without you."))
    return plan_id


def _approve(request: HttpRequest, viewer: Actor, tenant: Tenant, plan_id: int) -> int:
    approve_plan(actor=viewer, tenant=tenant, plan_id=plan_id)
    messages.info(request, _("You approved this plan. Nothing was changed yet."))
    return plan_id


def _discard(request: HttpRequest, viewer: Actor, tenant: Tenant, plan_id: int) -> int:
    refuse_plan(actor=viewer, tenant=tenant, plan_id=plan_id, reason=text_in(request.POST, "reason"))
    messages.info(request, _("The plan was put aside. It is never carried out."))
    return plan_id


def _again(request: HttpRequest, viewer: Actor, tenant: Tenant, plan_id: int) -> int:
    """The same changes, planned from what the tenant shows now."""
    plan = find_plan(viewer=viewer, tenant=tenant, plan_id=plan_id).ran.plan
    if plan.undo_of is not None:
        found = undo_plan(actor=viewer, tenant=tenant, plan_id=plan.undo_of, reason=plan.reason, settings=load())
    else:
        changes = [*(step.change for step in plan.steps), *(one.change for one in plan.barred)]
        found = make_plan(actor=viewer, tenant=tenant, changes=changes, reason=plan.reason, settings=load())
    messages.info(request, _("Planned again, from what the tenant shows now. This is the new plan."))
    return found


def _nothing(request: HttpRequest, viewer: Actor, tenant: Tenant, plan_id: int) -> int:
    """What no form of ours asks for."""
    del request
    require(viewer, Deed.APPLY_PLAN, tenant_id=tenant.id)
    return plan_id


DEEDS: dict[str, Callable[[HttpRequest, Actor, Tenant, int], int]] = {
    "apply": _apply,
    "approve": _approve,
    "discard": _discard,
    "again": _again,
}
