"""A plan's rehearsal in the terminal: what each step would do, with nothing written."""

from rich.markup import escape

from chamberlain.cli.rim import out, print_json
from chamberlain.cli.rows import columns
from chamberlain.errors import ChamberlainError
from chamberlain.language import gettext as _
from chamberlain.model.rehearsal import Rehearsal, Rehearsed, Verdict
from chamberlain.policy.planning.words import say_change, say_held_back, say_objection
from chamberlain.sentences import explain

WORDS = {
    Verdict.SENT: "would be sent",
    Verdict.ALREADY_SO: "is so already",
    Verdict.MOVED: "not as planned",
    Verdict.FOR_PERSON: "left to a person",
}


def show_rehearsal(found: Rehearsal, *, as_json: bool) -> None:
    """Prints a rehearsal."""
    if as_json:
        print_json(_json(found))
        return
    table = columns(_("step"), _("change"), _("comes of it"), _("request"))
    for one in found.steps:
        table.add_row(*(escape(cell) for cell in _cells(one)))
    out.print(table)
    for objection in found.held:
        out.print(f"[yellow]{_('held back')}:[/] {escape(say_held_back(objection))}", highlight=False, soft_wrap=True)
    if found.barred is not None:
        out.print(f"[yellow]{_('held back')}:[/] {escape(_why(found.barred))}", highlight=False, soft_wrap=True)
    if found.is_stale:
        told = _("The tenant is not as planned any more: the plan would be put aside. Plan it again.")
        out.print(told, style="yellow", highlight=False)
    if found.would_write:
        out.print(_("{count} requests would be sent. Nothing was written.").format(count=found.requests))
    else:
        out.print(_("Nothing would be sent now, and nothing was written."))


def _cells(one: Rehearsed) -> tuple[str, ...]:
    said = say_change(one.step.change, who=one.step.subject_name, what=one.step.permission_name)
    others = ", ".join(str(number) for number in one.together[:10])
    request = one.request + (f" {_('with step')} {others}" if others else "")
    return str(one.step.number), said, _(WORDS[one.verdict]), _why(one.failure) if one.failure else request


def _why(failure: tuple[str, dict[str, str]]) -> str:
    sentence = explain(ChamberlainError(failure[0], **failure[1]))
    return f"{sentence.what} {sentence.why}"


def _json(found: Rehearsal) -> dict[str, object]:
    return {
        "plan": found.plan_id,
        "would_write": found.would_write,
        "requests": found.requests,
        "stale": found.is_stale,
        "held": [{"guard": one.guard.value, "told": say_objection(one), "until": one.until} for one in found.held],
        "barred": None if found.barred is None else _why(found.barred),
        "steps": [
            {
                "step": one.step.number,
                "verb": one.step.change.verb.value,
                "subject": one.step.change.subject.key,
                "permission": one.step.change.permission,
                "verdict": one.verdict.value,
                "request": one.request or None,
                "together": [*one.together],
                "seen": {name: [*value] if isinstance(value, tuple) else value for name, value in one.seen.items()},
                "failure": one.failure[0] if one.failure else None,
            }
            for one in found.steps
        ],
    }
