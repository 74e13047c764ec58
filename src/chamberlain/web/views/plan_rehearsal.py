"""The rehearsal of one plan: what every step would do now, with nothing written."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from chamberlain.actions.rehearse_plan import rehearse_plan
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.rehearsal import Rehearsal, Rehearsed, Verdict
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may
from chamberlain.policy.planning.words import say_held_back
from chamberlain.queries import connections
from chamberlain.queries.plans import find_plan
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.plan_diff import sentence_of
from chamberlain.web.problems import status_of

SHOWN = 200
WORDS: dict[Verdict, tuple[str, str]] = {
    Verdict.SENT: (gettext_noop("would be sent"), "info"),
    Verdict.ALREADY_SO: (gettext_noop("is so already"), "good"),
    Verdict.MOVED: (gettext_noop("not as planned"), "warn"),
    Verdict.FOR_PERSON: (gettext_noop("left to a person"), "bad"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def plan_rehearsal(request: HttpRequest, slug: str, plan_id: int) -> HttpResponse:
    """What rehearsing is; a POST does it and shows what would happen."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method != "POST":
        return _show(request, viewer, tenant, plan_id)
    try:
        found = rehearse_plan(actor=viewer, tenant=tenant, plan_id=plan_id, settings=load())
    except ChamberlainError as error:
        if status_of(error) in (403, 404):
            raise
        return _show(request, viewer, tenant, plan_id, failure=error)
    return _show(request, viewer, tenant, plan_id, found=found)


def _show(
    request: HttpRequest,
    viewer: Actor,
    tenant: Tenant,
    plan_id: int,
    *,
    found: Rehearsal | None = None,
    failure: ChamberlainError | None = None,
) -> HttpResponse:
    plan = find_plan(viewer=viewer, tenant=tenant, plan_id=plan_id).ran.plan
    context = {
        "tenant": tenant,
        "plan": plan,
        "found": found,
        "lines": [_line(one) for one in found.steps[:SHOWN]] if found else [],
        "more": max(0, len(found.steps) - SHOWN) if found else 0,
        "held": _held(found) if found else [],
        "may_rehearse": may(viewer, Deed.MAKE_PLAN, tenant_id=tenant.id),
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
    }
    response = show(request, "plans/rehearsal.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response


def _line(one: Rehearsed) -> dict[str, object]:
    word, tone = WORDS[one.verdict]
    return {
        "number": one.step.number,
        "text": sentence_of(one.step),
        "request": one.request,
        "together": ", ".join(str(number) for number in one.together[:20]),
        "why": _why(one.failure) if one.failure else "",
        "verdict": _(word),
        "tone": tone,
    }


def _held(found: Rehearsal) -> list[str]:
    return [say_held_back(one) for one in found.held] + ([_why(found.barred)] if found.barred else [])


def _why(failure: tuple[str, dict[str, str]]) -> str:
    sentence = explain(ChamberlainError(failure[0], **failure[1]))
    return f"{sentence.what} {sentence.why}"
