"""`{% load carried %}`: how steps of plans and tasks are said in templates."""

from collections.abc import Iterable
from datetime import UTC, datetime
from unicodedata import bidirectional

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chamberlain.language import gettext
from chamberlain.model.carried import Carried
from chamberlain.model.plan import Change, Fact, Facts, PlanState, ProofKind, StepState, Subject
from chamberlain.model.task import Task, TaskCause, TaskState
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.words import PLAN_STATE, STEP_STATE, say_change
from chamberlain.queries.made_changes import MadeChange
from chamberlain.queries.undo import Back
from chamberlain.web import moments

register = template.Library()

STEP_ICON = {
    StepState.WAITING: "circle-dashed",
    StepState.INTENDED: "refresh-cw",
    StepState.CALLED: "refresh-cw",
    StepState.PROVED: "circle-check",
    StepState.NOT_PROVABLE: "circle-dot",
    StepState.NEEDS_PERSON: "circle-alert",
    StepState.SKIPPED: "circle-x",
}
STEP_TONE = {
    StepState.PROVED: "good",
    StepState.NOT_PROVABLE: "brass",
    StepState.NEEDS_PERSON: "bad",
    StepState.INTENDED: "info",
    StepState.CALLED: "info",
}
PLAN_TONE = {
    PlanState.RUNNING: "info",
    PlanState.APPROVED: "info",
    PlanState.PAUSED: "warn",
    PlanState.DONE: "good",
    PlanState.FAILED: "bad",
    PlanState.STALE: "warn",
}
TASK_STATE: dict[TaskState, str | Promise] = {
    TaskState.OPEN: gettext_lazy("open"),
    TaskState.DONE: gettext_lazy("done"),
    TaskState.DROPPED: gettext_lazy("left out"),
}
TASK_TONE = {TaskState.OPEN: "warn", TaskState.DONE: "good"}
TASK_CAUSE: dict[TaskCause, str | Promise] = {
    TaskCause.REFUSED: gettext_lazy("Microsoft refused it."),
    TaskCause.UNPROVED: gettext_lazy("Microsoft took it, and it does not show."),
    TaskCause.BARRED: gettext_lazy("Chamberlain cannot or must not do it."),
}
PROOF: dict[ProofKind, str | Promise] = {
    ProofKind.GRAPH: gettext_lazy("Microsoft Graph shows"),
    ProofKind.EXCHANGE: gettext_lazy("Exchange shows"),
    ProofKind.NONE: gettext_lazy("Nothing can be read back"),
    ProofKind.PERSON: gettext_lazy("A person says so"),
}
# What the tenant shows: the words of policy/planning/facts.py. Properties of users keep Graph's names.
FACT: dict[str, str | Promise] = {
    "member": gettext_lazy("member"),
    "owner": gettext_lazy("owner"),
    "assigned": gettext_lazy("assigned"),
    "eligible": gettext_lazy("eligible"),
    "ends": gettext_lazy("ends"),
    "disabled_plans": gettext_lazy("services off"),
    "other_assigned": gettext_lazy("the other licence assigned"),
    "other_disabled_plans": gettext_lazy("services of the other licence off"),
    "exists": gettext_lazy("there"),
    "deleted": gettext_lazy("in the bin"),
    "guid": gettext_lazy("object ID"),
    "enabled": gettext_lazy("may sign in"),
    "sessions_valid_from": gettext_lazy("sessions count from"),
    "password_changed_at": gettext_lazy("password changed"),
    "licences_processed_at": gettext_lazy("licences looked at"),
    "said_by": gettext_lazy("said by"),
}


@register.filter
def step_says(one: Carried) -> str:
    """What a step does, as a clause."""
    return say_change(one.step.change, who=_name(one.step.subject_name), what=_name(one.step.permission_name))


@register.filter
def back_says(one: Back) -> str:
    """What is planned to put something back, as a clause."""
    return say_change(one.change, who=_name(one.who), what=_name(one.what))


@register.filter
def plain_word(text: str) -> str:
    """A message id in the reader's language."""
    return gettext(text)


@register.filter
def step_word(state: StepState) -> str:
    """How far a step is."""
    return gettext(STEP_STATE[state])


@register.filter
def step_icon(state: StepState) -> str:
    """The icon of how far a step is."""
    return STEP_ICON[state]


@register.filter
def step_tone(state: StepState) -> str:
    """How that feels: good, bad, info, brass, or nothing."""
    return STEP_TONE.get(state, "plain")


@register.filter
def plan_word(state: PlanState) -> str:
    """How far a plan is."""
    return gettext(PLAN_STATE[state])


@register.filter
def plan_tone(state: PlanState) -> str:
    """How that feels."""
    return PLAN_TONE.get(state, "plain")


@register.filter
def proof_word(kind: ProofKind) -> str | Promise:
    """What shows that a step happened."""
    return PROOF[kind]


@register.filter
def facts_said(facts: Facts | None) -> list[tuple[str, str]]:
    """What the tenant showed, as words and values."""
    return [(str(FACT.get(name, name)), fact_said(value)) for name, value in (facts or {}).items()]


def fact_said(value: Fact) -> str:
    """One value as people read it."""
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _moment(value)
    return ", ".join(value) if isinstance(value, Iterable) and value else _("none")


def _moment(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moments.exact(at.astimezone(UTC)) if at.tzinfo and "T" in text else text


@register.filter
def task_says(task: Task) -> str:
    """What is to be done, as a clause."""
    return _said(task.verb, task.subject_name, task.permission_name)


@register.filter
def made_says(one: MadeChange) -> str:
    """What a change of the history does, as a clause."""
    return _said(one.verb, one.subject_name, one.permission_name)


@register.filter
def task_word(state: TaskState) -> str | Promise:
    """How a task stands."""
    return TASK_STATE[state]


@register.filter
def task_tone(state: TaskState) -> str:
    """How that feels."""
    return TASK_TONE.get(state, "plain")


@register.filter
def task_why(cause: TaskCause) -> str | Promise:
    """Why a person has to do it."""
    return TASK_CAUSE[cause]


@register.filter
def person_of(subject: str) -> str:
    """The object id in the key of a subject that is an account; "" for any other."""
    kind, _colon, guid = subject.partition(":")
    return guid if kind == "account" else ""


def _said(verb: str, who: str, what: str) -> str:
    """A clause; a verb that this version does not know is shown as it is."""
    try:
        change = Change(Verb(verb), Subject(""))
    except ValueError:
        return f"{verb}: {_name(who)}, {what}"
    return say_change(change, who=_name(who), what=_name(what))


def _name(name: str) -> str:
    """A name that can be seen, and that turns the sentence around it in no other direction."""
    if not name.strip():
        return _("(no name)")
    return isolated(name)


def isolated(name: str) -> str:
    """A name with letters that run from right to left, set apart from the sentence that it stands in."""
    runs_left = any(bidirectional(letter) in ("R", "AL") for letter in name)
    return f"\u2068{name}\u2069" if runs_left else name
