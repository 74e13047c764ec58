"""Plans and tasks as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chamberlain.errors import Conflict, NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.carried import Halt, Ran
from chamberlain.model.guard import Objection, Rails
from chamberlain.model.plan import DONE_STEPS, Cause, PlanState, StepState
from chamberlain.model.task import Task, TaskState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.provision.guarding import objections_to, rails_of
from chamberlain.provision.undoing import Undoing, undoing
from chamberlain.store import halts, plans, tasks
from chamberlain.store.reads import situation as read

MOST_CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One plan in a list. `steps`: how many are in which state."""

    id: int
    cause: Cause
    reason: str
    made_by_name: str
    made_at: datetime
    approved_by_name: str
    state: PlanState
    undo_of: int | None
    simulated: bool
    started_at: datetime | None
    ended_at: datetime | None
    steps: dict[StepState, int]

    @property
    def size(self) -> int:
        """How many steps it has."""
        return sum(self.steps.values())

    @property
    def done(self) -> int:
        """How many of them are done, proved or not provable."""
        return sum(count for state, count in self.steps.items() if state in DONE_STEPS)


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan with what belongs beside it.

    objections  what would hold it back if the viewer had it carried out now; empty once it is over
    undoing     what of it could be put back
    undone_by   plans that put it back, newest first
    tasks       what it left to people
    """

    ran: Ran
    objections: tuple[Objection, ...]
    undoing: Undoing
    undone_by: tuple[int, ...]
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Guards:
    """A tenant's guard rails, whether plans are only rehearsed, and what holds writers back now."""

    rails: Rails
    simulates: bool
    halts: tuple[Halt, ...]


def find_plan(*, viewer: Actor, tenant: Tenant, plan_id: int) -> PlanPage:
    """One plan.

    raises  Refused("not_allowed"), NotFound("plan_not_found")
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    is_open = ran.plan.state in (PlanState.PLANNED, PlanState.APPROVED, PlanState.PAUSED, PlanState.FAILED)
    return PlanPage(
        ran=ran,
        objections=objections_to(ran, actor=viewer) if is_open else (),
        undoing=undoing(ran),
        undone_by=plans.undone_by(tenant_id=tenant.id, plan_id=plan_id),
        tasks=tasks.listing(tenant_id=tenant.id, states=tuple(TaskState), limit=1_000, plan_id=plan_id),
    )


def list_plans(
    *,
    viewer: Actor,
    tenant: Tenant,
    limit: int = 50,
    before: int | None = None,
    states: Sequence[PlanState] = (),
    subject: str = "",
) -> tuple[PlanLine, ...]:
    """Plans of a tenant, newest first.

    before   those that are older than this one
    subject  key of an account or a group that they touch
    raises   Refused("not_allowed")
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    found = plans.latest(tenant_id=tenant.id, limit=limit, before=before, states=states, subject=subject)
    return tuple(
        PlanLine(
            id=row["id"],
            cause=Cause(row["cause"]),
            reason=row["reason"],
            made_by_name=row["made_by_name"],
            made_at=row["made_at"],
            approved_by_name=row["approved_by_name"],
            state=PlanState(row["state"]),
            undo_of=row["undo_of"],
            simulated=row["simulated"],
            started_at=row["started_at"],
            ended_at=row["ended_at"],
            steps={state: row[f"steps_{state.value}"] for state in StepState if row[f"steps_{state.value}"]},
        )
        for row in found
    )


def list_tasks(
    *, viewer: Actor, tenant: Tenant, states: Sequence[TaskState] = (TaskState.OPEN,), limit: int = 200
) -> tuple[Task, ...]:
    """Tasks of a tenant, those that are due first on top.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    return tasks.listing(tenant_id=tenant.id, states=states, limit=limit)


def find_task(*, viewer: Actor, tenant: Tenant, task_id: int) -> Task:
    """One task.

    raises  Refused("not_allowed"), NotFound("task_not_found")
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    return tasks.find(tenant_id=tenant.id, task_id=task_id)


def evidence_of_task(*, viewer: Actor, tenant: Tenant, task_id: int) -> tuple[str, bytes]:
    """Name and content of the file that shows that a task was done.

    raises  Refused("not_allowed"), NotFound("task_not_found")
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    return tasks.evidence_of(tenant_id=tenant.id, task_id=task_id)


def find_guards(*, viewer: Actor, tenant: Tenant) -> Guards:
    """What holds plans of a tenant back.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    return Guards(rails_of(tenant.id), halts.simulates(tenant.id), halts.halts_of(tenant.id))


def match_permission(*, viewer: Actor, tenant: Tenant, text: str) -> str:
    """The key of the one permission whose key, name or mail is `text`; of a product also "application: role".

    raises  Refused("not_allowed"), NotFound("permission_not_found"), Conflict("permission_ambiguous")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    found = read.named(tenant_id=tenant.id, text=text.strip(), limit=MOST_CANDIDATES)
    if not found:
        raise NotFound("permission_not_found", key=text)
    if len(found) > 1:
        candidates = ", ".join(f"{row['key']} ({row['kind']})" for row in found)
        raise Conflict("permission_ambiguous", text=text, candidates=candidates)
    key: str = found[0]["key"]
    return key
