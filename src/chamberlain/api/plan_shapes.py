"""Plans as the API tells them: what is done to whom, what comes of it, what proved it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from chamberlain.api.shapes import PermissionLink, link_or_none, links
from chamberlain.errors import ChamberlainError
from chamberlain.model.carried import Carried
from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.guard import Guard, Objection
from chamberlain.model.obstacle import Help, Hindrance, Obstacle
from chamberlain.model.plan import Barred, Cause, Change, PlanState, ProofKind, Restorable, StepState
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.words import say_change, say_effect, say_objection, say_obstacle
from chamberlain.queries.plans import PlanLine, PlanPage
from chamberlain.sentences import explain

FactValue = str | bool | list[str] | None


class FailureShape(Schema):
    """Why something did not happen, or not yet."""

    code: str
    detail: str


class ChangeShape(Schema):
    """One change."""

    verb: Verb
    who: str = Field(description='"account:<id>" or "group:<id>"; "account:" for a user who is to be created.')
    who_name: str
    what: str = Field(description='Key of what they get or lose; "" where it concerns the account alone.')
    what_name: str
    told: str = Field(description="The change in words.")
    scope: str = Field(description="Of a role: the directory scope.")
    ends: datetime | None = Field(description="When what is given ends; null: when somebody takes it away.")
    ends_by_us: bool = Field(description="Chamberlain takes it away then, because the tenant cannot.")


class EffectShape(Schema):
    """What happens besides."""

    consequence: Consequence
    what: PermissionLink | None
    through: list[PermissionLink]
    told: str


class ProofOfStepShape(Schema):
    """What the tenant showed afterwards."""

    kind: ProofKind
    seen: dict[str, FactValue]
    at: datetime
    tries: int = Field(description="How often it was looked at until it was so.")


class StepShape(Schema):
    """One step of a plan."""

    number: int
    state: StepState
    change: ChangeShape
    after: list[int] = Field(description="Numbers of steps that have to be done before.")
    before: dict[str, FactValue] | None = Field(description="What the tenant showed before; null: not read.")
    expected: dict[str, FactValue] = Field(description="What it has to show for the step to be done.")
    effects: list[EffectShape]
    units: int = Field(description="Write units that it costs at most.")
    needs: list[str] = Field(description="Scopes without which Microsoft refuses it.")
    restorable: Restorable
    tries: int = Field(description="How often it was sent.")
    failure: FailureShape | None
    proof: ProofOfStepShape | None


class ObstacleShape(Schema):
    """What is in the way, and what would help."""

    hindrance: Hindrance
    help: Help
    told: str
    repair: str
    command: str = Field(description="What to run elsewhere, for example in the on-premises directory.")


class BarredShape(Schema):
    """A change that cannot be done."""

    change: ChangeShape
    obstacles: list[ObstacleShape]


class ObjectionShape(Schema):
    """What holds the plan back now."""

    guard: Guard
    told: str
    until: datetime | None = Field(description="When it ends by itself.")
    zone: str = Field(description="The tenant's time zone, in which its windows are meant.")


class MovedShape(Schema):
    """What the tenant showed otherwise than the plan assumes."""

    step: int
    then: dict[str, FactValue]
    now: dict[str, FactValue]


class ChangePlanShape(Schema):
    """A plan of changes."""

    id: int
    state: PlanState
    cause: Cause
    reason: str
    made_by: str
    made_at: datetime
    as_of: datetime = Field(description="Of what time the facts are that it was made from.")
    undo_of: int | None
    undone_by: list[int]
    simulated: bool = Field(description="Nothing is written: the connection only rehearses.")
    approved_by: str
    approved_at: datetime | None
    started_by: str
    started_at: datetime | None
    ended_at: datetime | None
    units: int
    needs: list[str]
    steps: list[StepShape]
    barred: list[BarredShape]
    objections: list[ObjectionShape] = Field(description="What would hold it back if it was carried out now.")
    pause: FailureShape | None = Field(description="Why it does not go on.")
    moved: list[MovedShape]
    not_restorable: list[int] = Field(description="Numbers of steps that an undo cannot put back.")


class PlanLineShape(Schema):
    """A plan in a list."""

    id: int
    state: PlanState
    cause: Cause
    reason: str
    made_by: str
    made_at: datetime
    approved_by: str
    undo_of: int | None
    simulated: bool
    started_at: datetime | None
    ended_at: datetime | None
    steps: dict[str, int] = Field(description="How many are in which state.")


def plan(page: PlanPage) -> dict[str, Any]:
    """A plan as the API tells it."""
    ran = page.ran
    made = ran.plan
    return {
        "id": made.id,
        "state": made.state,
        "cause": made.cause,
        "reason": made.reason,
        "made_by": made.made_by_name,
        "made_at": made.made_at,
        "as_of": made.as_of,
        "undo_of": made.undo_of,
        "undone_by": [*page.undone_by],
        "simulated": ran.simulated,
        "approved_by": ran.approved_by_name,
        "approved_at": ran.approved_at,
        "started_by": ran.started_by_name,
        "started_at": ran.started_at,
        "ended_at": ran.ended_at,
        "units": made.units,
        "needs": [*made.needs],
        "steps": [_step(one) for one in ran.steps],
        "barred": [_barred(one) for one in made.barred],
        "objections": [_objection(one) for one in page.objections],
        "pause": failure(ran.pause),
        "moved": [{"step": step, "then": _facts(then), "now": _facts(now)} for step, then, now in ran.moved],
        "not_restorable": [*page.undoing.lost],
    }


def line(found: PlanLine) -> dict[str, Any]:
    """A plan in a list."""
    return {
        "id": found.id,
        "state": found.state,
        "cause": found.cause,
        "reason": found.reason,
        "made_by": found.made_by_name,
        "made_at": found.made_at,
        "approved_by": found.approved_by_name,
        "undo_of": found.undo_of,
        "simulated": found.simulated,
        "started_at": found.started_at,
        "ended_at": found.ended_at,
        "steps": {state.value: count for state, count in found.steps.items()},
    }


def failure(told: tuple[str, Mapping[str, str]] | None) -> dict[str, str] | None:
    """Why something did not happen, in words."""
    if told is None:
        return None
    sentence = explain(ChamberlainError(told[0], **told[1]))
    return {"code": told[0], "detail": f"{sentence.what} {sentence.why}".strip()}


def _step(one: Carried) -> dict[str, Any]:
    step, proof = one.step, one.step.proof
    return {
        "number": step.number,
        "state": step.state,
        "change": _change(step.change, who=step.subject_name, what=step.permission_name),
        "after": sorted(step.after),
        "before": None if step.before is None else _facts(step.before),
        "expected": _facts(step.expected),
        "effects": [_effect(effect) for effect in step.effects],
        "units": step.units,
        "needs": [*step.needs],
        "restorable": step.restorable,
        "tries": one.tries,
        "failure": failure(one.failure),
        "proof": proof and {"kind": proof.kind, "seen": _facts(proof.seen), "at": proof.at, "tries": proof.tries},
    }


def _change(change: Change, *, who: str, what: str) -> dict[str, Any]:
    return {
        "verb": change.verb,
        "who": change.subject.key,
        "who_name": who,
        "what": change.permission,
        "what_name": what,
        "told": say_change(change, who=who, what=what),
        "scope": change.options.scope,
        "ends": change.options.ends,
        "ends_by_us": change.options.ends_by_us,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "consequence": effect.consequence,
        "what": link_or_none(effect.link),
        "through": links(effect.through),
        "told": say_effect(effect),
    }


def _barred(barred: Barred) -> dict[str, Any]:
    change = _change(barred.change, who=barred.subject_name, what=barred.permission_name)
    return {"change": change, "obstacles": [_obstacle(one) for one in barred.obstacles]}


def _obstacle(one: Obstacle) -> dict[str, Any]:
    told, repair = say_obstacle(one)
    return {"hindrance": one.hindrance, "help": one.help, "told": told, "repair": repair, "command": one.command}


def _objection(one: Objection) -> dict[str, Any]:
    return {"guard": one.guard, "told": say_objection(one), "until": one.until, "zone": one.zone}


def _facts(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [*value] if isinstance(value, tuple) else value for name, value in found.items()}
