"""Tasks: what was left to people, and settling it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from chamberlain import clock
from chamberlain.actions.settle_task import assign_task, attach_evidence, comment_task, settle_task
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.actor import Actor, Role
from chamberlain.model.task import TaskState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require
from chamberlain.policy.evidence import KINDS, MEGABYTES, type_of
from chamberlain.queries import connections
from chamberlain.queries.my_tasks import page_of_tasks
from chamberlain.queries.plans import evidence_of_task, find_task
from chamberlain.queries.roles import list_people_of_chamberlain
from chamberlain.sentences import explain
from chamberlain.web.address import Address, chips_for, choice_from, text_from, text_in
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of

LONGEST_TEXT = 4_000
OFFERS = (
    ("whose", "mine", gettext_lazy("Mine")),
    ("state", "done", gettext_lazy("Done")),
    ("state", "dropped", gettext_lazy("Left out")),
)


@require_safe
def tasks(request: HttpRequest, slug: str) -> HttpResponse:
    """Tasks of a tenant, those that are due first on top."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    state = choice_from(request, "state", (TaskState.DONE.value, TaskState.DROPPED.value))
    whose = choice_from(request, "whose", ("mine",))
    text, plan = text_from(request, "q"), _number(request.GET.get("plan", ""))
    page = page_of_tasks(
        viewer=viewer,
        tenant=tenant,
        state=TaskState(state) if state else TaskState.OPEN,
        mine=bool(whose),
        plan_id=plan,
        text=text,
        skip=_number(request.GET.get("skip", "")) or 0,
    )
    params = {"state": state, "whose": whose, "q": text, "plan": "" if plan is None else str(plan)}
    address = Address(request.path, params)
    context = {
        "tenant": tenant,
        "page": page,
        "address": address,
        "chips": chips_for(address, OFFERS),
        "plan": plan,
        "narrowed": any(params.values()),
        "now": clock.now(),
        "older": address.with_(skip=str(page.next)) if page.next else "",
        "first": address.with_() if page.skip else "",
    }
    return show(request, "tasks/tasks.html", context, tenant=tenant)


@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, slug: str, task_id: int) -> HttpResponse:
    """One task; a POST assigns it, comments it, or settles it."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method != "POST":
        return _show(request, viewer, tenant, task_id)
    deed = DEEDS.get(request.POST.get("do", ""))
    try:
        if deed is None:
            # Whoever may change nothing here learns that first, whatever else was wrong with what they sent.
            require(viewer, Deed.SETTLE_TASK, tenant_id=tenant.id)
            raise Http404
        told = deed(viewer, tenant, task_id, request.POST)
    except ChamberlainError as error:
        return _failed(request, viewer, tenant, task_id, error)
    messages.info(request, told)
    return redirect("task", slug=tenant.slug, task_id=task_id)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, slug: str, task_id: int) -> HttpResponse:
    """The file that shows that a task was done, never shown in the browser; a POST sends one."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method == "POST":
        return _receive(request, viewer, tenant, task_id)
    name, content = evidence_of_task(viewer=viewer, tenant=tenant, task_id=task_id)
    response = HttpResponse(content, content_type=type_of(name))
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _receive(request: HttpRequest, viewer: Actor, tenant: Tenant, task_id: int) -> HttpResponse:
    require(viewer, Deed.SETTLE_TASK, tenant_id=tenant.id)
    sent = request.FILES.get("file")
    try:
        if sent is not None and (sent.size or 0) > MEGABYTES * 1_000_000:
            reason = "it is too large"
            raise Refused("evidence_unfit", reason=reason, megabytes=MEGABYTES, kinds=", ".join(KINDS))
        name, content = (sent.name or "", sent.read()) if sent is not None else ("", b"")
        attach_evidence(actor=viewer, tenant=tenant, task_id=task_id, name=name, content=content)
    except ChamberlainError as error:
        return _failed(request, viewer, tenant, task_id, error)
    messages.info(request, _("The file is kept with the task."))
    return redirect("task", slug=tenant.slug, task_id=task_id)


def _failed(request: HttpRequest, viewer: Actor, tenant: Tenant, task_id: int, error: ChamberlainError) -> HttpResponse:
    if error.code in ("not_allowed", "task_not_found"):
        raise error
    return _show(request, viewer, tenant, task_id, failure=error)


def _show(
    request: HttpRequest, viewer: Actor, tenant: Tenant, task_id: int, *, failure: ChamberlainError | None = None
) -> HttpResponse:
    found = find_task(viewer=viewer, tenant=tenant, task_id=task_id)
    context = {
        "tenant": tenant,
        "task": found,
        "may_settle": may(viewer, Deed.SETTLE_TASK, tenant_id=tenant.id),
        "people": _names(viewer, tenant),
        "viewer_name": viewer.name,
        "endings": ",".join(f".{ending}" for ending in KINDS),
        "megabytes": MEGABYTES,
        "now": clock.now(),
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "typed": request.POST if failure else None,
    }
    response = show(request, "tasks/task.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response


def _names(viewer: Actor, tenant: Tenant) -> list[str]:
    """Who can be asked: those who could settle it."""
    if not may(viewer, Deed.SEE_ROLES, tenant_id=tenant.id):
        return []
    people = list_people_of_chamberlain(viewer=viewer, tenant=tenant)
    found = {one.name for one in people if one.active and any(held.role is Role.ADMINISTRATOR for held in one.roles)}
    return sorted(found, key=str.casefold)


def _assign(viewer: Actor, tenant: Tenant, task_id: int, sent: QueryDict) -> str:
    assignee = viewer.name if sent.get("me") else text_in(sent, "assignee")
    assign_task(actor=viewer, tenant=tenant, task_id=task_id, assignee=assignee, due=_due(sent.get("due", "")))
    return _("%(who)s is asked to do it.") % {"who": assignee} if assignee else _("Nobody in particular is asked now.")


def _comment(viewer: Actor, tenant: Tenant, task_id: int, sent: QueryDict) -> str:
    text = sent.get("text", "").strip()[:LONGEST_TEXT]
    require(viewer, Deed.SETTLE_TASK, tenant_id=tenant.id)
    if not text:
        return _("Nothing was said.")
    comment_task(actor=viewer, tenant=tenant, task_id=task_id, text=text)
    return _("Your comment stands with the task.")


def _done(viewer: Actor, tenant: Tenant, task_id: int, sent: QueryDict) -> str:
    note = sent.get("text", "").strip()[:LONGEST_TEXT]
    settle_task(actor=viewer, tenant=tenant, task_id=task_id, state=TaskState.DONE, note=note)
    return _("Settled: you say that it was done.")


def _drop(viewer: Actor, tenant: Tenant, task_id: int, sent: QueryDict) -> str:
    note = sent.get("text", "").strip()[:LONGEST_TEXT]
    settle_task(actor=viewer, tenant=tenant, task_id=task_id, state=TaskState.DROPPED, note=note)
    return _("Settled: nobody will do it.")


DEEDS: dict[str, Callable[[Actor, Tenant, int, QueryDict], str]] = {
    "assign": _assign,
    "comment": _comment,
    "done": _done,
    "drop": _drop,
}


def _due(text: str) -> datetime | None:
    """The end of the day that was typed; None where none was, or none that there is."""
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59), tzinfo=UTC)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
