"""`chamberlain plan`, `chamberlain plans`: say what would be done, and list what was planned."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from chamberlain import clock
from chamberlain.actions.make_plan import make_plan
from chamberlain.cli.rim import out, print_json, terminal_actor, world
from chamberlain.cli.rows import columns
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.language import gettext as _
from chamberlain.model.carried import Carried
from chamberlain.model.plan import Fact, Facts, PlanState, StepState
from chamberlain.model.verb import Verb
from chamberlain.policy.moment import read_end
from chamberlain.policy.planning.nothing import why_nothing
from chamberlain.policy.planning.words import say_change, say_effect, say_held_back, say_obstacle
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.plan_document import document
from chamberlain.queries.plans import PlanPage, find_plan, list_plans
from chamberlain.queries.wishes import GIVE, TAKE, read_wishes
from chamberlain.sentences import explain

MARKS = {
    StepState.WAITING: "·",
    StepState.INTENDED: "…",
    StepState.CALLED: "…",
    StepState.PROVED: "✓",
    StepState.NOT_PROVABLE: "~",
    StepState.NEEDS_PERSON: "!",
    StepState.SKIPPED: "-",
}


def plan(
    number: Annotated[int | None, typer.Argument(help=_("A plan to show, instead of making one."))] = None,
    add: Annotated[
        list[str] | None, typer.Option(metavar="PERSON=PERMISSION", help=_("Give a group, role, licence or product."))
    ] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="PERSON=PERMISSION", help=_("Take one away."))] = None,
    add_owner: Annotated[list[str] | None, typer.Option(metavar="PERSON=GROUP", help=_("Make an owner."))] = None,
    remove_owner: Annotated[
        list[str] | None, typer.Option(metavar="PERSON=GROUP", help=_("Take ownership away."))
    ] = None,
    block: Annotated[list[str] | None, typer.Option(metavar="PERSON", help=_("Block signing in."))] = None,
    enable: Annotated[list[str] | None, typer.Option(metavar="PERSON", help=_("Let sign in again."))] = None,
    sign_out: Annotated[list[str] | None, typer.Option(metavar="PERSON", help=_("Revoke all sessions."))] = None,
    do: Annotated[
        list[str] | None,
        typer.Option(metavar="VERB:PERSON=WHAT", help=_("Any change by its verb, for example of a mailbox.")),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help=_("A CSV file with the columns person, change and permission."))
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help=_("When what is given ends: a date, which is its end, or a time.")),
    ] = None,
    reason: Annotated[str, typer.Option(help=_("Why, for the plan and the audit trail."))] = "",
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """Plan changes and show what would happen. Nothing is changed before `chamberlain apply`."""
    named = {GIVE: add, TAKE: remove, Verb.ADD_OWNER.value: add_owner, Verb.REMOVE_OWNER.value: remove_owner}
    people = {Verb.BLOCK.value: block, Verb.ENABLE.value: enable, Verb.REVOKE_SESSIONS.value: sign_out}
    with world(as_json=as_json) as opened:
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        if number is None:
            changes = read_wishes(
                viewer=actor,
                tenant=chosen,
                pairs=[(change, text) for change, texts in named.items() for text in texts or ()],
                alone=[(verb, text) for verb, texts in people.items() for text in texts or ()],
                named=do or (),
                files=[] if file is None else [_content(file)],
                until=None if until is None else read_end(until, now=clock.now()),
            )
            number = make_plan(actor=actor, tenant=chosen, changes=changes, reason=reason, settings=opened.settings)
        page = find_plan(viewer=actor, tenant=chosen, plan_id=number)
        show(page, as_json=as_json)
        if not page.ran.steps:
            code, data = why_nothing(page.ran.plan.barred, plan_id=number)
            raise Refused(code, **data)


def plans(
    person: Annotated[str | None, typer.Option(help=_("Only plans that touch this account, by object id."))] = None,
    state: Annotated[list[PlanState] | None, typer.Option(help=_("Only plans in this state."))] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help=_("How many."))] = 20,
    tenant: Annotated[str | None, typer.Option(help=_("Which tenant, where there are several."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))] = False,
) -> None:
    """List plans, newest first, and how they went."""
    with world(as_json=as_json):
        actor = terminal_actor()
        chosen = choose_tenant(viewer=actor, slug=tenant)
        subject = f"account:{person.lower()}" if person else ""
        found = list_plans(viewer=actor, tenant=chosen, limit=limit, states=state or (), subject=subject)
        if as_json:
            print_json(msgspec.to_builtins(found))
            return
        table = columns(_("plan"), _("state"), _("steps"), _("made"), _("by"), _("reason"))
        for one in found:
            made = f"{one.made_at:%Y-%m-%d %H:%M}"
            done = sum(one.steps.get(state, 0) for state in (StepState.PROVED, StepState.NOT_PROVABLE))
            unproved = one.steps.get(StepState.NOT_PROVABLE, 0)
            counted = _("{count} not provable").format(count=unproved) if unproved else ""
            steps = f"{done}/{one.size} {counted}".rstrip()
            cells = (str(one.id), _(one.state.value), steps, made, one.made_by_name, one.reason)
            table.add_row(*(escape(cell) for cell in cells))
        out.print(table)


def show(page: PlanPage, *, as_json: bool) -> None:
    """Prints a plan: each step with its effects and its proof, what cannot be done, what holds it back."""
    if as_json:
        print_json(document(page))
        return
    plan = page.ran.plan
    heading = _("Plan {id}: {state}").format(id=plan.id, state=_(plan.state.value))
    out.print(f"[bold]{heading}[/]  {escape(plan.reason)}  [dim]{escape(plan.made_by_name)}[/]", highlight=False)
    if page.ran.simulated:
        out.print(_("Only rehearsed: nothing is written to this tenant."), style="yellow")
    table = columns("", _("step"), _("change"), _("who"), _("what"), _("before"), _("besides"))
    for one in page.ran.steps:
        table.add_row(*(escape(cell) for cell in _cells(one)))
    if page.ran.steps:
        out.print(table)
    _print_barred(page)
    _print_held(page)


def _print_barred(page: PlanPage) -> None:
    for barred in page.ran.plan.barred:
        line = say_change(barred.change, who=barred.subject_name, what=barred.permission_name)
        out.print(f"[red]x[/] {escape(line)}", highlight=False, soft_wrap=True)
        for one in barred.obstacles:
            what, repair = say_obstacle(one)
            out.print(f"    {escape(what)} {escape(repair)}", highlight=False, soft_wrap=True)
            if one.command:
                out.print(f"    {escape(one.command)}", highlight=False, soft_wrap=True)


def _print_held(page: PlanPage) -> None:
    for objection in page.objections:
        out.print(f"[yellow]{_('held back')}:[/] {escape(say_held_back(objection))}", highlight=False, soft_wrap=True)
    if page.ran.pause is not None:
        sentence = explain(ChamberlainError(page.ran.pause[0], **page.ran.pause[1]))
        out.print(escape(f"{sentence.what} {sentence.why}"), style="yellow", highlight=False)
    for number, then, now in page.ran.moved:
        was, is_now = _told(then), _told(now)
        told = _("step {number} is not as planned: {then} -> {now}").format(number=number, then=was, now=is_now)
        out.print(escape(told), highlight=False)


def _cells(one: Carried) -> tuple[str, ...]:
    step = one.step
    facts = _told(step.before or {})
    besides = "; ".join(say_effect(effect) for effect in step.effects)
    if one.failure is not None:
        besides = explain(ChamberlainError(one.failure[0], **one.failure[1])).what
    number = f"{step.number}"
    return MARKS[step.state], number, step.change.verb.value, step.subject_name, step.permission_name, facts, besides


def _told(facts: Facts) -> str:
    """What the tenant shows, for people: yes and no, and nothing for what is none."""
    return ", ".join(f"{name}: {_value(value)}" for name, value in facts.items())


def _value(fact: Fact) -> str:
    if isinstance(fact, bool):
        return _("yes") if fact else _("no")
    return (", ".join(fact) if isinstance(fact, tuple) else fact or "") or _("none")


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("plan_malformed", text=str(file), reason=type(error).__name__) from error
