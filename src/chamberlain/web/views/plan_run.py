"""A plan that is carried out: each step with its proof, live; stopping it and going on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from chamberlain.actions.apply_plan import apply_plan, stop_plan
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.plan import StepState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may
from chamberlain.policy.planning.words import STEP_STATE
from chamberlain.queries import connections
from chamberlain.queries.plan_runs import Progress, find_progress
from chamberlain.sentences import explain
from chamberlain.web.address import Address, Chip, choice_from
from chamberlain.web.frame import show, wants_fragment, whole_page_again
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of

LONGEST_REASON = 500
STATES = tuple(state.value for state in StepState)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_run(request: HttpRequest, slug: str, plan_id: int) -> HttpResponse:
    """How a plan goes; while it runs, the fragment asks for itself once a second. A POST stops it, or goes on."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method == "POST":
        return _act(request, viewer, tenant, plan_id)
    return _show(request, viewer, tenant, plan_id)


def run_context(request: HttpRequest, *, viewer: Actor, tenant: Tenant, plan_id: int) -> dict[str, object]:
    """What `plans/_run.html` shows.

    raises  Refused: not_allowed, cursor_malformed; NotFound("plan_not_found")
    """
    state = choice_from(request, "step_state", STATES)
    states = (StepState(state),) if state else ()
    progress = find_progress(viewer=viewer, tenant=tenant, plan_id=plan_id, states=states, after=_after(request))
    address = Address(f"/t/{tenant.slug}/plans/{plan_id}/run", {"step_state": state})
    return {
        "tenant": tenant,
        "progress": progress,
        "run_address": address,
        "run_after": _after(request),
        "run_chips": _chips(address, progress, state),
        "may_stop": may(viewer, Deed.STOP_WRITERS, tenant_id=tenant.id),
        "may_apply": may(viewer, Deed.APPLY_PLAN, tenant_id=tenant.id),
        "may_undo": may(viewer, Deed.MAKE_PLAN, tenant_id=tenant.id),
        "may_see_connection": may(viewer, Deed.SEE_CONNECTION, tenant_id=tenant.id),
    }


def _show(
    request: HttpRequest, viewer: Actor, tenant: Tenant, plan_id: int, *, failure: ChamberlainError | None = None
) -> HttpResponse:
    context = run_context(request, viewer=viewer, tenant=tenant, plan_id=plan_id)
    context |= {"failure": explain(failure) if failure else None, "code": failure.code if failure else ""}
    progress = context["progress"]
    is_over = isinstance(progress, Progress) and not progress.is_live
    if wants_fragment(request, target="plan-run"):
        return whole_page_again(is_over and "X-Poll" in request.headers, render(request, "plans/_run.html", context))
    response = show(request, "plans/run.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response


def _act(request: HttpRequest, viewer: Actor, tenant: Tenant, plan_id: int) -> HttpResponse:
    sent = request.POST
    try:
        match sent.get("do"):
            case "stop":
                reason = sent.get("reason", "").strip()[:LONGEST_REASON]
                stop_plan(actor=viewer, tenant=tenant, plan_id=plan_id, reason=reason)
            case "go_on":
                apply_plan(actor=viewer, tenant=tenant, plan_id=plan_id)
            case _:
                raise Http404
    except ChamberlainError as error:
        if error.code in ("not_allowed", "plan_not_found"):
            raise
        return _show(request, viewer, tenant, plan_id, failure=error)
    return redirect("plan_run", slug=tenant.slug, plan_id=plan_id)


def _after(request: HttpRequest) -> int:
    typed = request.GET.get("after", "")
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 10):
        raise Refused("cursor_malformed")
    return int(typed)


def _chips(address: Address, progress: Progress, chosen: str) -> tuple[tuple[Chip, int, StepState], ...]:
    """A filter for each state that some step is in."""
    return tuple(
        (
            Chip(STEP_STATE[state], address.with_(step_state="" if chosen == state.value else state.value), is_on),
            progress.counts.get(state, 0),
            state,
        )
        for state in StepState
        for is_on in (chosen == state.value,)
        if state in progress.counts or is_on
    )
