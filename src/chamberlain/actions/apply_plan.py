"""Have a plan carried out, approve it, stop it, put it back."""

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import Conflict, Refused
from chamberlain.jobs.port import enqueue
from chamberlain.model.actor import Actor
from chamberlain.model.carried import Ran
from chamberlain.model.plan import PlanState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.planning.guards import is_emergency
from chamberlain.policy.planning.nothing import why_nothing
from chamberlain.provision.guarding import held_back
from chamberlain.store import halts, plans, steps
from chamberlain.store.connection import transaction

PLAN_JOB = "apply_plan"
WRITES, LOCKOUTS = "writes", "lockouts"  # plans of one lane go one after the other; those that lock out wait for none


def apply_plan(*, actor: Actor, tenant: Tenant, plan_id: int) -> None:
    """Queues the plan's next run; a worker takes it from here, whatever happens to this process.

    A plan that was paused, or left something undone, goes on with what is left.
    raises  Refused: not_allowed, what `why_nothing` says, plan_needs_approval, plan_guarded, writers_halted;
            NotFound("plan_not_found"), Conflict: plan_edited, plan_move_illegal
    """
    require(actor, Deed.APPLY_PLAN, tenant_id=tenant.id)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    plans.refuse_edited(ran)
    if not ran.steps:
        code, data = why_nothing(ran.plan.barred, plan_id=plan_id)
        raise Refused(code, **data)
    why = held_back(ran, actor=actor)
    if why is not None:
        raise Refused(why[0], **why[1])
    with transaction():
        run = plans.start(plan_id, actor=actor, now=clock.now(), simulated=halts.simulates(tenant.id))
        if ran.plan.state is PlanState.FAILED:
            steps.again(plan_id)
        _tell(EventName.PLAN_STARTED, actor, ran, run=run)
        arguments: dict[str, object] = {"plan_id": plan_id, "run": run}
        is_urgent = is_emergency(ran.plan, by_administrator=actor.is_in_person)
        lane = LOCKOUTS if is_urgent else WRITES
        job = job_of(tenant.id, plan_id, run=run)
        enqueue(PLAN_JOB, arguments, id=job, tenant_id=tenant.id, lane=lane, is_urgent=is_urgent)


def job_of(tenant_id: int, plan_id: int, *, run: int) -> str:
    """The id of the job that carries a plan out: one per story, tenant, row and run."""
    return f"plan:{tenant_id}:{plan_id}:{run}"


def approve_plan(*, actor: Actor, tenant: Tenant, plan_id: int) -> None:
    """Notes that a second person read the plan and agrees.

    raises  Refused: not_allowed, plan_own_approval; NotFound("plan_not_found"), Conflict: plan_edited,
            plan_move_illegal
    """
    require(actor, Deed.APPROVE_PLAN, tenant_id=tenant.id)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    plans.refuse_edited(ran)
    if actor.id == ran.plan.made_by:
        raise Refused("plan_own_approval", plan_id=plan_id)
    with transaction():
        plans.approve(plan_id, actor=actor, now=clock.now())
        _tell(EventName.PLAN_APPROVED, actor, ran, fingerprint=ran.plan.fingerprint)


def refuse_plan(*, actor: Actor, tenant: Tenant, plan_id: int, reason: str) -> None:
    """Puts a plan aside that nobody started: it is never carried out.

    raises  Refused("not_allowed"), NotFound("plan_not_found"), Conflict("plan_move_illegal")
    """
    require(actor, Deed.APPROVE_PLAN, tenant_id=tenant.id)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    with transaction():
        plans.move(plan_id, PlanState.REFUSED, now=clock.now())
        _tell(EventName.PLAN_REFUSED, actor, ran, reason=reason)


def stop_plan(*, actor: Actor, tenant: Tenant, plan_id: int, reason: str) -> None:
    """Stops a plan between two steps; what was sent is still proved.

    raises  Refused("not_allowed"), NotFound("plan_not_found"), Conflict("plan_move_illegal")
    """
    require(actor, Deed.STOP_WRITERS, tenant_id=tenant.id)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    why = ("plan_stopped", {"by": actor.name, "reason": reason, "plan_id": str(plan_id)})
    with transaction():
        if not plans.note_pause(plan_id, why=why, now=clock.now()):
            raise Conflict("plan_move_illegal", plan_id=plan_id, before=ran.plan.state.value, after="paused")
        _tell(EventName.PLAN_PAUSED, actor, ran, reason=reason, error=why[0])


def _tell(name: EventName, actor: Actor, ran: Ran, *, reason: str | None = None, **details: object) -> None:
    record(
        name,
        actor=actor,
        tenant_id=ran.plan.tenant_id,
        subject=f"plan:{ran.plan.id}",
        reason=ran.plan.reason if reason is None else reason,
        **details,
    )
