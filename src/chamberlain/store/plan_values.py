"""Plans as rows and as values."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec

from chamberlain.model.carried import Carried, Ran
from chamberlain.model.plan import Barred, Cause, Change, Facts, Plan, PlanState, Proof, Step, StepState
from chamberlain.store.models import PlanRow, StepRow


def document(value: object) -> Any:
    """A value as the database holds it: plain JSON, in which NUL has no place."""
    return _without_nul(msgspec.json.decode(msgspec.json.encode(value)))


def digest_of(changes: Iterable[Change]) -> bytes:
    """Of what a plan does, in its order; names within a change are sorted, since the database keeps them in its own."""
    told = msgspec.json.encode([document(one) for one in changes], order="deterministic")
    return hashlib.sha256(told).digest()


def facts_of(told: Any) -> Facts | None:
    """Facts as they were kept."""
    return None if told is None else msgspec.convert(told, Facts)


def carried_of(row: StepRow) -> Carried:
    """A step as it was planned, with how far it is."""
    planned = msgspec.convert(row.content, Step)
    step = replace(
        planned,
        state=StepState(row.state),
        before=planned.before if row.before is None else facts_of(row.before),
        proof=None if row.proof is None else msgspec.convert(row.proof, Proof),
    )
    return Carried(
        step=step,
        planned=planned.before or {},
        tries=row.tries,
        failure=failure_of(row.failure),
        intended_at=row.intended_at,
        called_at=row.called_at,
        ended_at=row.ended_at,
    )


def ran_of(row: PlanRow, steps: Iterable[StepRow]) -> Ran:
    """A plan with its steps, in their order."""
    carried = tuple(carried_of(one) for one in steps)
    plan = Plan(
        id=row.id,
        tenant_id=row.tenant_id,
        cause=Cause(row.cause),
        reason=row.reason,
        made_by=row.made_by,
        made_by_name=row.made_by_name,
        made_at=row.made_at,
        as_of=row.as_of,
        fingerprint=row.fingerprint,
        state=PlanState(row.state),
        steps=tuple(one.step for one in carried),
        barred=tuple(msgspec.convert(one, Barred) for one in row.barred),
        undo_of=row.undo_of,
        approval_delay=row.approval_delay,
    )
    return Ran(
        plan=plan,
        steps=carried,
        simulated=row.simulated,
        approved_by=row.approved_by,
        approved_by_name=row.approved_by_name,
        approved_at=row.approved_at,
        started_by=row.started_by,
        started_by_name=row.started_by_name,
        started_in_person=row.started_in_person,
        started_at=row.started_at,
        ended_at=row.ended_at,
        pause=failure_of(row.pause),
        moved=tuple((number, facts_of(then) or {}, facts_of(now) or {}) for number, then, now in row.moved),
        runs=row.runs,
    )


def failure_of(told: Any) -> tuple[str, dict[str, str]] | None:
    """Code and data of an error as they were kept."""
    return None if told is None else (str(told[0]), {str(name): str(value) for name, value in told[1].items()})


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(one) for name, one in value.items()}
    return value
