"""Sync runs: the list, one run live, and starting one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chamberlain.actions.start_sync import start_sync
from chamberlain.errors import Conflict
from chamberlain.model.actor import Actor
from chamberlain.model.run import Mode, Run, Trigger
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import ListName
from chamberlain.queries import connections, history, quotas
from chamberlain.web import columns, csv
from chamberlain.web.frame import show, wants_fragment, whole_page_again
from chamberlain.web.identity import viewer_of

MOST_EXPORTED = 100_000


@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The latest runs, as CSV where that is asked for; a POST starts one."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method == "POST":
        return _start(request, slug)
    if csv.is_asked(request):
        rows = csv.Ready(
            {column.id: getattr(run, column.id) for column in columns.RUNS} | {"warnings": len(run.warnings)}
            for run in connections.list_runs(viewer=viewer, tenant=tenant, limit=MOST_EXPORTED)
        )
        return csv.answer(rows, actor=viewer, tenant=tenant, list_name=ListName.RUNS, columns=columns.RUNS)
    found = connections.list_runs(viewer=viewer, tenant=tenant)
    return show(request, "runs/runs.html", {"tenant": tenant, "runs": found}, tenant=tenant)


@require_safe
def show_run(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """One run; while it goes on, the fragment asks for itself once a second."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    run = connections.find_run(viewer=viewer, tenant=tenant, run_id=run_id)
    waits = quotas.find_waits(viewer=viewer, tenant=tenant, run=run)
    context = {"tenant": tenant, "run": run, "waits": waits, "has_before": _has_before(run, tenant, viewer)}
    if wants_fragment(request, target="run"):
        return whole_page_again(run.is_over, render(request, "runs/_run.html", context))
    return show(request, "runs/run.html", context, tenant=tenant)


def _has_before(run: Run, tenant: Tenant, viewer: Actor) -> bool:
    """Whether something was known when the run began: the first has nothing to be compared with."""
    since = history.known_since(viewer=viewer, tenant=tenant)
    return since is not None and run.started_at is not None and run.started_at.replace(microsecond=0) >= since


def _start(request: HttpRequest, slug: str) -> HttpResponse:
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    try:
        mode = Mode.FULL if request.POST.get("read") == Mode.FULL.value else None
        run_id = start_sync(actor=viewer, tenant=tenant, trigger=Trigger.PERSON, mode=mode)
    except Conflict as conflict:
        if conflict.code != "sync_running" or "run_id" not in conflict.data:
            raise
        messages.info(request, _("A sync was already running; this is it."))
        run_id = int(str(conflict.data["run_id"]))
    return redirect("run", slug=slug, run_id=run_id)
