"""Plans: keeping them, moving them, finding them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, Q

from chamberlain import logs
from chamberlain.errors import Conflict, NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.carried import Ran
from chamberlain.model.plan import PLAN_MOVES, Facts, Plan, PlanState, StepState
from chamberlain.store.models import PlanRow, StepRow
from chamberlain.store.plan_values import digest_of, document, failure_of, ran_of

OPEN = [PlanState.RUNNING.value, PlanState.PAUSED.value]
ENDS = frozenset({PlanState.DONE, PlanState.FAILED, PlanState.STALE, PlanState.REFUSED})


def keep(plan: Plan, *, simulated: bool) -> int:
    """Keeps a plan that was just made; its id. Call it in a transaction."""
    row = PlanRow.objects.create(
        tenant_id=plan.tenant_id,
        cause=plan.cause.value,
        reason=plan.reason.replace("\x00", "\ufffd"),
        made_by=plan.made_by,
        made_by_name=plan.made_by_name,
        made_at=plan.made_at,
        as_of=plan.as_of,
        fingerprint=plan.fingerprint,
        digest=digest_of(step.change for step in plan.steps),
        state=plan.state.value,
        barred=[document(one) for one in plan.barred],
        undo_of=plan.undo_of,
        approval_delay=plan.approval_delay,
        simulated=simulated,
        request_id=logs.carried().get("request_id", ""),
    )
    StepRow.objects.bulk_create(
        (
            StepRow(
                tenant_id=plan.tenant_id,
                plan=row,
                number=step.number,
                subject=step.change.subject.key,
                permission=step.change.permission,
                verb=step.change.verb.value,
                content=document(step),
                state=step.state.value,
            )
            for step in plan.steps
        ),
        batch_size=1_000,
    )
    return row.id


def find(*, tenant_id: int, plan_id: int) -> Ran:
    """One plan of a tenant.

    raises  NotFound("plan_not_found")
    """
    row = PlanRow.objects.filter(tenant_id=tenant_id, id=plan_id).first()
    if row is None:
        raise NotFound("plan_not_found", plan_id=plan_id)
    return ran_of(row, row.steps.order_by("number"))


def tenant_of(plan_id: int) -> int | None:
    """The tenant that a plan is for; None where it was forgotten."""
    return PlanRow.objects.filter(id=plan_id).values_list("tenant_id", flat=True).first()


def refuse_edited(ran: Ran) -> None:
    """Passes where the steps are those that were planned.

    raises  Conflict("plan_edited")
    """
    kept = PlanRow.objects.filter(id=ran.plan.id).values_list("digest", flat=True).get()
    if bytes(kept) != digest_of(one.step.change for one in ran.steps):
        raise Conflict("plan_edited", plan_id=ran.plan.id)


def move(
    plan_id: int,
    state: PlanState,
    *,
    now: datetime,
    pause: tuple[str, Mapping[str, str]] | None = None,
    moved: Sequence[tuple[int, Facts, Facts]] = (),
) -> bool:
    """Moves a plan along PLAN_MOVES; whether it moved: a repeated step finds the move made. Inside a transaction.

    raises  Conflict("plan_move_illegal")
    """
    row = PlanRow.objects.select_for_update().get(id=plan_id)
    if row.state == state.value:
        return False
    if state not in PLAN_MOVES[PlanState(row.state)]:
        raise Conflict("plan_move_illegal", plan_id=plan_id, before=row.state, after=state.value)
    row.state = state.value
    row.pause = None if pause is None else document(pause)
    if moved:
        row.moved = document(moved)
    row.ended_at = now if state in ENDS else row.ended_at
    row.save()
    return True


def start(plan_id: int, *, actor: Actor, now: datetime, simulated: bool) -> int:
    """Moves a plan to running, and says how often it was started. Inside a transaction.

    raises  Conflict("plan_move_illegal")
    """
    if not move(plan_id, PlanState.RUNNING, now=now):
        raise Conflict("plan_move_illegal", plan_id=plan_id, before="running", after="running")
    row = PlanRow.objects.get(id=plan_id)
    row.started_by, row.started_by_name = actor.id, actor.name
    row.started_in_person = actor.is_in_person
    row.started_at = row.started_at or now
    row.ended_at = None
    row.simulated = simulated
    row.runs += 1
    row.save()
    return row.runs


def approve(plan_id: int, *, actor: Actor, now: datetime) -> None:
    """Notes who approved it. Inside a transaction.

    raises  Conflict("plan_move_illegal")
    """
    if not move(plan_id, PlanState.APPROVED, now=now):
        raise Conflict("plan_move_illegal", plan_id=plan_id, before="approved", after="approved")
    PlanRow.objects.filter(id=plan_id).update(approved_by=actor.id, approved_by_name=actor.name, approved_at=now)


def latest(
    *, tenant_id: int, limit: int, before: int | None = None, states: Sequence[PlanState] = (), subject: str = ""
) -> list[dict[str, Any]]:
    """Plans of a tenant, newest first, without their steps: columns, and how many steps are in which state.

    before   those that are older than this one
    subject  key of an account or group that they touch
    """
    found = PlanRow.objects.filter(tenant_id=tenant_id).order_by("-id")
    found = found if before is None else found.filter(id__lt=before)
    found = found.filter(state__in=[one.value for one in states]) if states else found
    if subject:
        touched = StepRow.objects.filter(tenant_id=tenant_id, subject=subject).values("plan_id")
        found = found.filter(id__in=touched)
    counted = {f"steps_{state.value}": Count("steps", filter=Q(steps__state=state.value)) for state in StepState}
    return [*found.annotate(**counted).values(*FIELDS, *counted)[:limit]]


FIELDS = (
    "id",
    "cause",
    "reason",
    "made_by_name",
    "made_at",
    "approved_by_name",
    "state",
    "undo_of",
    "simulated",
    "started_at",
    "ended_at",
)


def take(plan_id: int) -> str:
    """Takes a plan to carry it out; whoever took it before holds it no more. What `require_held` wants to see."""
    token = uuid4().hex
    PlanRow.objects.filter(id=plan_id).update(holder=token)
    return token


def is_held(plan_id: int, token: str) -> bool:
    """Whether nobody else took the plan since."""
    return PlanRow.objects.filter(id=plan_id, holder=token).exists()


def require_held(plan_id: int, token: str) -> None:
    """Passes as long as nobody else took the plan, and keeps others from it until the transaction ends.

    raises  Conflict("plan_taken_over")
    """
    held = PlanRow.objects.select_for_update().filter(id=plan_id).values_list("holder", flat=True).first()
    if held != token:
        raise Conflict("plan_taken_over", plan_id=plan_id)


def running() -> tuple[tuple[int, int, int], ...]:
    """Plans that run, as (tenant id, plan id, how often started)."""
    found = PlanRow.objects.filter(state=PlanState.RUNNING.value).order_by("id")
    return tuple(found.values_list("tenant_id", "id", "runs"))


def undone_by(*, tenant_id: int, plan_id: int) -> tuple[int, ...]:
    """Plans that put this one back, newest first."""
    found = PlanRow.objects.filter(tenant_id=tenant_id, undo_of=plan_id).order_by("-id")
    return tuple(found.values_list("id", flat=True))


@transaction.atomic
def note_pause(plan_id: int, *, why: tuple[str, Mapping[str, str]], now: datetime) -> bool:
    """Pauses a plan that runs; whether it did run."""
    if PlanRow.objects.select_for_update().get(id=plan_id).state != PlanState.RUNNING.value:
        return False
    return move(plan_id, PlanState.PAUSED, now=now, pause=why)


def state_of(plan_id: int) -> PlanState:
    """How far a plan is now."""
    return PlanState(PlanRow.objects.filter(id=plan_id).values_list("state", flat=True).get())


def pause_of(plan_id: int) -> tuple[str, dict[str, str]] | None:
    """Code and data of why a plan does not go on."""
    return failure_of(PlanRow.objects.filter(id=plan_id).values_list("pause", flat=True).get())


def end_where_done(plan_id: int, *, now: datetime) -> bool:
    """Ends a plan that failed as done, where nothing of it is left; whether it did. Inside a transaction."""
    over = [StepState.PROVED.value, StepState.NOT_PROVABLE.value, StepState.SKIPPED.value]
    is_left = StepRow.objects.filter(plan_id=plan_id).exclude(state__in=over).exists()
    return not is_left and state_of(plan_id) is PlanState.FAILED and move(plan_id, PlanState.DONE, now=now)
