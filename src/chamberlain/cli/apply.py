"""`chamberlain apply`, `undo`, `approve`, `stop`: have plans carried out and put back, and hold everything."""

import time
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chamberlain import bootstrap
from chamberlain.actions.apply_plan import apply_plan, approve_plan, stop_plan
from chamberlain.actions.rehearse_plan import rehearse_plan
from chamberlain.actions.stop_writers import release_writers, stop_writers
from chamberlain.actions.undo_plan import undo_plan
from chamberlain.cli.plan import show
from chamberlain.cli.rehearsed import show_rehearsal
from chamberlain.cli.rim import RUN_FAILED, err, out, print_json, terminal_actor, world
from chamberlain.language import gettext as _
from chamberlain.model.plan import PlanState
from chamberlain.model.tenant import Tenant
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.plan_runs import find_progress
from chamberlain.queries.plans import PlanPage, find_plan

SECONDS_BETWEEN_LOOKS = 0.3

Number = Annotated[int, typer.Argument(help=_("The plan's number."))]
Which = Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))]
Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]


def apply(
    number: Number,
    rehearse: Annotated[
        bool,
        typer.Option("--rehearse", help=_("Write nothing: say what each step would send.")),
    ] = False,
    tenant: Which = None,
    as_json: Json = False,
) -> None:
    """Carry a plan out, or go on with it, and wait for the proof of every step."""
    with world(as_json=as_json) as opened:
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        if rehearse:
            found = rehearse_plan(actor=actor, tenant=chosen, plan_id=number, settings=opened.settings)
            show_rehearsal(found, as_json=as_json)
            return
        apply_plan(actor=actor, tenant=chosen, plan_id=number)
        page = _to_end(opened, chosen, number, as_json=as_json)
        show(page, as_json=as_json)
        if page.ran.plan.state is not PlanState.DONE:
            raise typer.Exit(RUN_FAILED)


def undo(
    number: Number,
    reason: Annotated[str, typer.Option(help=_("Why, for the plan and the audit trail."))] = "",
    now: Annotated[bool, typer.Option("--apply", help=_("Carry it out at once."))] = False,
    tenant: Which = None,
    as_json: Json = False,
) -> None:
    """Plan what puts a plan back as it was; with --apply, carry that out."""
    with world(as_json=as_json) as opened:
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        back = undo_plan(actor=actor, tenant=chosen, plan_id=number, reason=reason, settings=opened.settings)
        if now:
            apply_plan(actor=actor, tenant=chosen, plan_id=back)
            page = _to_end(opened, chosen, back, as_json=as_json)
        else:
            page = find_plan(viewer=actor, tenant=chosen, plan_id=back)
        show(page, as_json=as_json)
        if now and page.ran.plan.state is not PlanState.DONE:
            raise typer.Exit(RUN_FAILED)


def approve(number: Number, tenant: Which = None, as_json: Json = False) -> None:
    """Approve a plan that somebody else made."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        approve_plan(actor=actor, tenant=chosen, plan_id=number)
        show(find_plan(viewer=actor, tenant=chosen, plan_id=number), as_json=as_json)


def stop(
    number: Annotated[int | None, typer.Argument(help=_("Stop one plan; without it, everything that writes."))] = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help=_("In every tenant."))] = False,
    release: Annotated[bool, typer.Option("--release", help=_("Let it go on, also after the breaker went."))] = False,
    reason: Annotated[str, typer.Option(help=_("Why, for the audit trail."))] = "",
    tenant: Which = None,
    as_json: Json = False,
) -> None:
    """Stop everything that writes to a tenant, or one plan; what was sent is still proved."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = None if everywhere else choose_tenant(viewer=actor, slug=tenant)
        if number is not None and chosen is not None:
            stop_plan(actor=actor, tenant=chosen, plan_id=number, reason=reason)
        elif release:
            release_writers(actor=actor, tenant=chosen, reason=reason)
        else:
            stop_writers(actor=actor, tenant=chosen, reason=reason)
        where = chosen.slug if chosen else _("every tenant")
        if as_json:
            print_json({"tenant": chosen.slug if chosen else None, "plan": number, "released": release})
        elif release:
            out.print(_("{where}: writing goes on; paused plans wait to be applied.").format(where=where))
        else:
            out.print(_("{where}: stopped.").format(where=where))


def _to_end(opened: bootstrap.World, tenant: Tenant, number: int, *, as_json: bool) -> PlanPage:
    """Watches a plan; where no worker is running, this process does the work meanwhile."""
    if bootstrap.is_worker_alive():
        return _follow(tenant, number, as_json=as_json)
    err.print(_("no worker is running here: this command does the work itself"), style="dim")
    with bootstrap.make_worker(opened):
        return _follow(tenant, number, as_json=as_json)


def _follow(tenant: Tenant, number: int, *, as_json: bool) -> PlanPage:
    """Counts alone are read meanwhile: a plan may have thousands of steps."""
    viewer = terminal_actor()
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*parts, console=err, disable=as_json) as progress:
        bar = progress.add_task(_("plan {id}").format(id=number), total=None)
        while True:
            now = find_progress(viewer=viewer, tenant=tenant, plan_id=number)
            progress.update(bar, completed=now.over, total=now.total)
            if not now.is_live:
                break
            time.sleep(SECONDS_BETWEEN_LOOKS)
    return find_plan(viewer=viewer, tenant=tenant, plan_id=number)
