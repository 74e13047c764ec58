"""`chamberlain tasks`: what was left to people, and settling it."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from chamberlain.actions.settle_task import assign_task, attach_evidence, comment_task, settle_task
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.language import gettext as _
from chamberlain.model.task import Task, TaskState
from chamberlain.policy.evidence import KINDS, MEGABYTES
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.plans import find_task, list_tasks
from chamberlain.sentences import explain


def tasks(
    number: Annotated[int | None, typer.Argument(help=_("One task."))] = None,
    done: Annotated[bool, typer.Option("--done", help=_("Settle it: it was done."))] = False,
    drop: Annotated[bool, typer.Option("--drop", help=_("Settle it: nobody will do it."))] = False,
    assign: Annotated[str | None, typer.Option(help=_("Who is asked to do it."))] = None,
    comment: Annotated[str, typer.Option(help=_("What to say about it."))] = "",
    evidence: Annotated[Path | None, typer.Option(help=_("A file that shows that it was done."))] = None,
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """List what was left to people, or take, comment and settle one."""
    if done and drop:
        raise typer.BadParameter(_("either --done or --drop"))
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        if number is None:
            found = list_tasks(viewer=actor, tenant=chosen)
        else:
            if assign is not None:
                assign_task(actor=actor, tenant=chosen, task_id=number, assignee=assign)
            if evidence is not None:
                content = _content(evidence)
                attach_evidence(actor=actor, tenant=chosen, task_id=number, name=evidence.name, content=content)
            if done or drop:
                state = TaskState.DONE if done else TaskState.DROPPED
                settle_task(actor=actor, tenant=chosen, task_id=number, state=state, note=comment)
            elif comment:
                comment_task(actor=actor, tenant=chosen, task_id=number, text=comment)
            found = (find_task(viewer=actor, tenant=chosen, task_id=number),)
        _print(found, as_json=as_json)


def _print(found: tuple[Task, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    table = columns(_("task"), _("state"), _("plan"), _("change"), _("who"), _("what"), _("due"), _("asked"), _("why"))
    for one in found:
        why = explain(ChamberlainError(one.failure[0], **one.failure[1])).what if one.failure else ""
        plan = "" if one.plan_id is None else str(one.plan_id)
        due = f"{one.due:%Y-%m-%d}"
        cells = (str(one.id), _(one.state.value), plan, one.verb, one.subject_name, one.permission_name, due)
        table.add_row(*(escape(cell) for cell in (*cells, one.assignee, why)))
    out.print(table)
    for one in found:
        for said in one.comments:
            out.print(escape(f"{one.id}  {said.at:%Y-%m-%d %H:%M}  {said.by_name}: {said.text}"), highlight=False)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = f"{file}: {type(error).__name__}"
        raise Refused("evidence_unfit", reason=reason, megabytes=MEGABYTES, kinds=", ".join(KINDS)) from error
