"""Plans and tasks as the engine leaves them, written without a tenant behind them."""

from collections.abc import Sequence
from dataclasses import dataclass

from chamberlain import clock
from chamberlain.model.plan import (
    Cause,
    Change,
    Plan,
    PlanState,
    Proof,
    ProofKind,
    Step,
    StepState,
    Subject,
)
from chamberlain.model.task import TaskCause
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.store import plans, steps, tasks
from chamberlain.store.connection import transaction
from chamberlain.store.models import PlanRow
from stories import ADMIN


@dataclass(frozen=True, slots=True)
class Wish:
    """A step: what, whom by id and name, with what, and how it ended."""

    verb: Verb
    guid: str
    name: str
    permission: str = ""
    permission_name: str = ""
    state: StepState = StepState.WAITING


def kept(tenant: Tenant, wishes: Sequence[Wish], *, state: PlanState, reason: str = "a test") -> int:
    """A plan in this state, whose steps are as far as the wishes say; steps that need a person have a task."""
    now = clock.now()
    made = Plan(
        id=0,
        tenant_id=tenant.id,
        cause=Cause.PERSON,
        reason=reason,
        made_by=ADMIN.id,
        made_by_name=ADMIN.name,
        made_at=now,
        as_of=now,
        fingerprint="f",
        state=PlanState.PLANNED,
        steps=tuple(_step(place, wish) for place, wish in enumerate(wishes, 1)),
    )
    with transaction():
        plan_id = plans.keep(made, simulated=False)
        if state is not PlanState.PLANNED:
            plans.start(plan_id, actor=ADMIN, now=now, simulated=False)
            _carry(tenant, plan_id, made, wishes)
        if state not in (PlanState.PLANNED, PlanState.RUNNING):
            pause = ("plan_stopped", {"by": "Otto Admin", "reason": "look first", "plan_id": str(plan_id)})
            plans.move(plan_id, state, now=clock.now(), pause=pause if state is PlanState.PAUSED else None)
    return plan_id


def pause_of(plan_id: int) -> object:
    """Why a plan does not go on."""
    return PlanRow.objects.get(id=plan_id).pause


def _step(number: int, wish: Wish) -> Step:
    change = Change(wish.verb, Subject(wish.guid), wish.permission)
    before = {"member": wish.verb is Verb.REMOVE_MEMBER} if wish.permission else {"enabled": True}
    return Step(number, change, wish.name, wish.permission_name, before=before)


def _carry(tenant: Tenant, plan_id: int, made: Plan, wishes: Sequence[Wish]) -> None:
    now = clock.now()
    numbers = {place: wish for place, wish in enumerate(wishes, 1) if wish.state is not StepState.WAITING}
    steps.intend(plan_id, {place: made.steps[place - 1].before or {} for place in numbers}, now=now)
    sent = [place for place, wish in numbers.items() if wish.state not in (StepState.INTENDED, StepState.SKIPPED)]
    steps.called(plan_id, dict.fromkeys(sent), now=now)
    for place, wish in numbers.items():
        if wish.state in (StepState.INTENDED, StepState.CALLED):
            continue
        seen = {"member": wish.verb is Verb.ADD_MEMBER} if wish.permission else {"enabled": False}
        proof = Proof(ProofKind.GRAPH, seen, now, tries=2) if wish.state is StepState.PROVED else None
        steps.end(plan_id, {place: (wish.state, proof)}, now=now)
        if wish.state is StepState.NEEDS_PERSON:
            failure = ("step_unproved", {"times": "3"})
            steps.fail(plan_id, place, failure)
            tasks.make(
                tenant_id=tenant.id,
                plan_id=plan_id,
                step=place,
                cause=TaskCause.UNPROVED,
                change=made.steps[place - 1].change,
                names=(wish.name, wish.permission_name),
                failure=failure,
                due=now,
                now=now,
            )
