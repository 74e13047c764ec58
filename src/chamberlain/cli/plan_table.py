"""A run's plan as a table: how each kind is read, what that should cost, and what it did cost."""

from rich.table import Table

from chamberlain.cli.rim import out
from chamberlain.language import gettext as _
from chamberlain.model.run import Mode, Phase, ReadingPlan, Run
from chamberlain.queries.words import HOW, WHY


def print_plan(plan: ReadingPlan, *, spent: Run | None) -> None:
    """Prints the plan; with a run also what it spent."""
    reads = _("everything") if plan.mode is Mode.FULL else _("what changed")
    out.print(_("Reads {what}: {why}.").format(what=reads, why=_(WHY[plan.why])), highlight=False)
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in (_("kind"), _("how")):
        table.add_column(heading)
    planned, used = (_("requests planned"), _("RU planned")), (_("requests"), _("RU"), _("seconds"))
    for heading in (*planned, *(used if spent else ())):
        table.add_column(heading, justify="right")
    phases = {phase.name: phase for phase in spent.phases} if spent else {}
    for line in plan.lines:
        cells = [line.phase.value, _(HOW.get(line.way, line.way)), _figure(line.requests), _figure(line.resource_units)]
        table.add_row(*cells, *(_used(phases[line.phase]) if spent else ()))
    told = {line.phase for line in plan.lines}
    for phase in (one for one in phases.values() if one.name not in told and one.seconds is not None):
        table.add_row(phase.name.value, "", "", "", *_used(phase))
    total = [_("all"), "", _figure(plan.requests), _figure(plan.resource_units)]
    if spent is not None:
        total += [_figure(spent.requests), _figure(spent.resource_units), f"{spent.seconds or 0:.1f}"]
    table.add_section()
    table.add_row(*total, style="bold")
    out.print(table)
    if spent is None:
        seconds = _("unknown before the first reading") if plan.seconds is None else f"{plan.seconds:.1f} s"
        out.print(_("Expected: {seconds}").format(seconds=seconds), highlight=False)


def _used(phase: Phase) -> tuple[str, str, str]:
    return _figure(phase.requests), _figure(phase.resource_units), f"{phase.seconds or 0:.1f}"


def _figure(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"
