"""`chamberlain sync`: start a sync and watch it."""

import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from chamberlain import bootstrap
from chamberlain.actions.start_sync import start_sync
from chamberlain.cli.plan_table import print_plan
from chamberlain.cli.rim import RUN_FAILED, err, out, print_json, tell, terminal_actor, world
from chamberlain.errors import ChamberlainError
from chamberlain.language import gettext as _
from chamberlain.model.run import Mode, PhaseState, Run, RunState, Trigger
from chamberlain.model.tenant import Tenant
from chamberlain.queries.connections import choose_tenant, find_run
from chamberlain.queries.runs import summary

SECONDS_BETWEEN_LOOKS = 0.3


def sync(
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    full: Annotated[bool, typer.Option("--full", help=_("Read everything, not only what changed."))] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help=_("Print how it reads and what that should cost, then what it cost."))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """Sync a tenant now, and wait for the end."""
    with world(as_json=as_json) as opened:
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        mode = Mode.FULL if full else None
        run_id = start_sync(actor=actor, tenant=chosen, trigger=Trigger.TERMINAL, mode=mode)
        run_to_end(opened, lambda: follow(tenant=chosen, run_id=run_id, as_json=as_json, explains=explain))


def run_to_end(opened: bootstrap.World, watch: Callable[[], Run]) -> None:
    """Watches a run; where no worker is running, this process does the work meanwhile.

    raises  typer.Exit(RUN_FAILED) when the run failed
    """
    if bootstrap.is_worker_alive():
        run = watch()
    else:
        err.print(_("no worker is running here: this command does the work itself"), style="dim")
        with bootstrap.make_worker(opened):
            run = watch()
    if run.state is RunState.FAILED:
        raise typer.Exit(RUN_FAILED)


def follow(*, tenant: Tenant, run_id: int, as_json: bool, explains: bool = False) -> Run:
    """Shows a run's progress until it is over, then its summary.

    explains  prints the plan as soon as it is made, and at the end what was spent beside it
    """
    viewer = terminal_actor()
    is_told = as_json or not explains
    with Progress(
        TextColumn("{task.description:>14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        disable=as_json,
    ) as progress:
        bars: dict[str, TaskID] = {}
        while not (run := find_run(viewer=viewer, tenant=tenant, run_id=run_id)).is_over:
            if run.plan is not None and not is_told:
                print_plan(run.plan, spent=None)
                is_told = True
            _draw(progress, bars, run)
            time.sleep(SECONDS_BETWEEN_LOOKS)
        _draw(progress, bars, run)
    if as_json:
        print_json(summary(run))
    else:
        if explains and run.plan is not None:
            print_plan(run.plan, spent=run)
        _print_summary(run)
    return run


def _draw(progress: Progress, bars: dict[str, TaskID], run: Run) -> None:
    for phase in run.phases:
        if phase.state is PhaseState.WAITING:
            continue
        name = phase.name.value
        if name not in bars:
            bars[name] = progress.add_task(name)
        over = phase.state in (PhaseState.DONE, PhaseState.FAILED)
        total = phase.total if phase.total is not None else (max(phase.done, 1) if over else None)
        progress.update(
            bars[name], completed=total if over and phase.state is PhaseState.DONE else phase.done, total=total
        )
        if over:
            progress.stop_task(bars[name])


def _print_summary(run: Run) -> None:
    if run.error_code is not None:
        tell(ChamberlainError(run.error_code, **run.error_data), as_json=False)
    opened = sum(phase.opened for phase in run.phases)
    closed = sum(phase.closed for phase in run.phases)
    told = _(
        "Run {id} {state}: {opened:,} grants opened, {closed:,} closed; {requests:,} requests, "
        "{units:,} resource units, {throttled:,} throttled, {seconds:.1f} s"
    ).format(
        id=run.id,
        state=_(run.state.value),
        opened=opened,
        closed=closed,
        requests=run.requests,
        units=run.resource_units,
        throttled=run.throttled,
        seconds=run.seconds or 0,
    )
    out.print(told, highlight=False, soft_wrap=True)
