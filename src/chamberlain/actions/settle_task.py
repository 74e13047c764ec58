"""Take, comment, prove and settle what was left to a person."""

from datetime import datetime
from hashlib import sha256

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import Conflict
from chamberlain.model.actor import Actor
from chamberlain.model.plan import PlanState, Proof, ProofKind, StepState
from chamberlain.model.task import TaskState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.evidence import fit_name
from chamberlain.store import plans, steps, tasks
from chamberlain.store.connection import transaction


def settle_task(*, actor: Actor, tenant: Tenant, task_id: int, state: TaskState, note: str = "") -> None:
    """Says that it was done, or that nobody will do it; the step of its plan ends with it.

    raises  Refused("not_allowed"), NotFound("task_not_found"), Conflict("task_settled")
    """
    require(actor, Deed.SETTLE_TASK, tenant_id=tenant.id)
    now = clock.now()
    with transaction():
        task = tasks.move(tenant_id=tenant.id, task_id=task_id, state=state, by_name=actor.name, now=now)
        if note.strip():
            tasks.comment(tenant_id=tenant.id, task_id=task_id, by_name=actor.name, text=note.strip(), now=now)
        if task.plan_id is not None and task.step is not None:
            is_done = state is TaskState.DONE
            ended = StepState.PROVED if is_done else StepState.SKIPPED
            proof = Proof(ProofKind.PERSON, {"said_by": actor.name}, now) if is_done else None
            steps.end(task.plan_id, {task.step: (ended, proof)}, now=now)
            if plans.end_where_done(task.plan_id, now=now):
                record(
                    EventName.PLAN_ENDED,
                    actor=actor,
                    tenant_id=tenant.id,
                    subject=f"plan:{task.plan_id}",
                    reason=note,
                    state=PlanState.DONE.value,
                    on_behalf_of=actor.name,
                )
        record(
            EventName.TASK_SETTLED,
            actor=actor,
            tenant_id=tenant.id,
            subject=f"task:{task_id}",
            reason=note,
            state=state.value,
            about=task.subject,
            verb=task.verb,
        )


def assign_task(*, actor: Actor, tenant: Tenant, task_id: int, assignee: str, due: datetime | None = None) -> None:
    """Says who is asked, and until when.

    raises  Refused("not_allowed"), NotFound("task_not_found")
    """
    require(actor, Deed.SETTLE_TASK, tenant_id=tenant.id)
    with transaction():
        tasks.assign(tenant_id=tenant.id, task_id=task_id, assignee=assignee.strip(), due=due)
        _tell(actor, tenant, task_id, assignee=assignee.strip(), due="" if due is None else due.isoformat())


def comment_task(*, actor: Actor, tenant: Tenant, task_id: int, text: str) -> None:
    """Keeps what somebody says about it.

    raises  Refused("not_allowed"), NotFound("task_not_found")
    """
    require(actor, Deed.SETTLE_TASK, tenant_id=tenant.id)
    with transaction():
        tasks.comment(tenant_id=tenant.id, task_id=task_id, by_name=actor.name, text=text.strip(), now=clock.now())
        _tell(actor, tenant, task_id, comment="yes")


def attach_evidence(*, actor: Actor, tenant: Tenant, task_id: int, name: str, content: bytes) -> None:
    """Keeps a file that shows that it was done, in place of one before; its digest stands in the audit trail.

    raises  Refused: not_allowed, evidence_unfit; NotFound("task_not_found"), Conflict("task_settled")
    """
    require(actor, Deed.SETTLE_TASK, tenant_id=tenant.id)
    plain = fit_name(name, content=content)
    with transaction():
        if tasks.find(tenant_id=tenant.id, task_id=task_id).state is not TaskState.OPEN:
            raise Conflict("task_settled", task_id=task_id)
        tasks.attach(tenant_id=tenant.id, task_id=task_id, name=plain, content=content)
        _tell(actor, tenant, task_id, evidence=plain, sha256=sha256(content).hexdigest())


def _tell(actor: Actor, tenant: Tenant, task_id: int, **details: object) -> None:
    record(EventName.TASK_CHANGED, actor=actor, tenant_id=tenant.id, subject=f"task:{task_id}", **details)
