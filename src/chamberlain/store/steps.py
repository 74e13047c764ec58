"""Steps of a plan: what the engine writes down before and after it calls Microsoft."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import connection
from django.db.models import Q

from chamberlain.errors import Conflict
from chamberlain.model.carried import REFUSALS, Carried
from chamberlain.model.plan import STEP_MOVES, Facts, Proof, StepState
from chamberlain.model.task import TaskState
from chamberlain.store import terms
from chamberlain.store.models import StepRow, TaskRow
from chamberlain.store.plan_values import carried_of, document


def of(plan_id: int) -> tuple[Carried, ...]:
    """All steps of a plan, in their order."""
    return tuple(carried_of(row) for row in StepRow.objects.filter(plan_id=plan_id).order_by("number"))


def some(plan_id: int, numbers: Iterable[int]) -> tuple[Carried, ...]:
    """Some steps of a plan, in their order."""
    found = StepRow.objects.filter(plan_id=plan_id, number__in=list(numbers))
    return tuple(carried_of(row) for row in found.order_by("number"))


def intend(plan_id: int, befores: Mapping[int, Facts], *, now: datetime) -> None:
    """Writes down what will be touched, before it is. A step that is tried again keeps what it found at first."""
    rows = _locked(plan_id, befores)
    for row in rows:
        _move(row, StepState.INTENDED)
        if row.before is None:
            row.before = document(befores[row.number])
        row.intended_at = row.intended_at or now
    _write(rows)


def called(plan_id: int, failures: Mapping[int, tuple[str, Mapping[str, str]] | None], *, now: datetime) -> None:
    """Microsoft answered, or did not; nothing is known before the tenant was read."""
    rows = _locked(plan_id, failures)
    for row in rows:
        _move(row, StepState.CALLED)
        row.failure = document(failures[row.number])
        row.called_at = now
        row.tries += 1
    _write(rows)


def end(plan_id: int, ended: Mapping[int, tuple[StepState, Proof | None]], *, now: datetime) -> None:
    """Writes down how steps ended, what the tenant showed, and what of it ends by us. Inside a transaction."""
    rows = _locked(plan_id, ended)
    for row in rows:
        state, proof = ended[row.number]
        _move(row, state)
        row.proof = document(proof)
        row.failure = None if state is StepState.PROVED else row.failure
        row.ended_at = now
    _write(rows)
    terms.follow(rows, now=now)


def fail(plan_id: int, number: int, failure: tuple[str, Mapping[str, str]]) -> None:
    """Writes beside a step why it did not happen."""
    StepRow.objects.filter(plan_id=plan_id, number=number).update(failure=document(failure))


# One statement for all: Django's would have a branch for each row and column.
WRITE = """
    UPDATE plan_step AS s
    SET state = v.state, before = v.before, proof = v.proof, tries = v.tries, failure = v.failure,
        intended_at = v.intended_at, called_at = v.called_at, ended_at = v.ended_at
    FROM jsonb_to_recordset(%s::jsonb) AS v (id bigint, state text, before jsonb, proof jsonb, tries int, failure jsonb,
        intended_at timestamptz, called_at timestamptz, ended_at timestamptz)
    WHERE s.id = v.id
"""
WRITTEN = ("id", "state", "before", "proof", "tries", "failure", "intended_at", "called_at", "ended_at")


def _write(rows: Sequence[StepRow]) -> None:
    values = [{name: getattr(row, name) for name in WRITTEN} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [msgspec.json.encode(values).decode()])


def _locked(plan_id: int, numbers: Iterable[int]) -> Sequence[StepRow]:
    found = StepRow.objects.select_for_update().filter(plan_id=plan_id, number__in=list(numbers))
    return [*found.order_by("number")]


def _move(row: StepRow, state: StepState) -> None:
    if row.state != state.value and state not in STEP_MOVES[StepState(row.state)]:
        raise Conflict("step_move_illegal", number=row.number, before=row.state, after=state.value)
    row.state = state.value


def outcomes_since(*, tenant_id: int, since: datetime, most: int) -> list[bool]:
    """Whether the last steps of a tenant that ended since then were done, the oldest first."""
    ended = [StepState.PROVED.value, StepState.NOT_PROVABLE.value, StepState.NEEDS_PERSON.value]
    found = StepRow.objects.filter(tenant_id=tenant_id, ended_at__gte=since, state__in=ended).order_by(
        "-ended_at", "-id"
    )
    return [state != StepState.NEEDS_PERSON.value for state in found.values_list("state", flat=True)[:most]][::-1]


def changed_since(*, tenant_id: int, since: datetime, but: int) -> list[tuple[str, datetime]]:
    """Whom steps of other plans than this one touched since then, and when, the oldest first."""
    found = StepRow.objects.filter(tenant_id=tenant_id, called_at__gte=since).exclude(plan_id=but).order_by("called_at")
    return [(subject, at) for subject, at in found.values_list("subject", "called_at") if at is not None]


def again(plan_id: int) -> None:
    """Lets the engine take up once more what was left to people; their open tasks are dropped. Inside a transaction."""
    left = StepRow.objects.filter(plan_id=plan_id, state=StepState.NEEDS_PERSON.value)
    numbers = [*left.values_list("number", flat=True)]
    anew = {"tries": 0, "failure": None, "ended_at": None}
    # Nothing of these happened, so they begin anew: what is there by now is not ours.
    untouched = left.filter(Q(intended_at__isnull=True) | Q(failure__0__in=sorted(REFUSALS)))
    untouched.update(state=StepState.WAITING.value, **anew)
    left.update(state=StepState.INTENDED.value, **anew)
    TaskRow.objects.filter(plan_id=plan_id, step__in=numbers, state=TaskState.OPEN.value).update(
        state=TaskState.DROPPED.value
    )
