"""Take away what was given for a time, when the time has come: by plans, like everything else.

Can be interrupted and repeated anywhere: what is to be done follows from our tables each time, and a term is over only
when a step shows that the right is gone.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from chamberlain import clock
from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError
from chamberlain.jobs.port import enqueue
from chamberlain.language import gettext as _
from chamberlain.model.actor import SYSTEM
from chamberlain.model.obstacle import Hindrance, Obstacle
from chamberlain.model.plan import Cause, PlanState
from chamberlain.model.task import TaskCause, TaskState
from chamberlain.model.tenant import Tenant
from chamberlain.model.term import Outcome, Term
from chamberlain.policy.planning.barring import barring
from chamberlain.policy.planning.words import say_obstacle
from chamberlain.provision.journal import DUE_AFTER, failure_of
from chamberlain.provision.situation import situation_of
from chamberlain.settings import Settings
from chamberlain.store import plans, tasks, tenants, terms
from chamberlain.store.connection import transaction

log = logging.getLogger(__name__)

TERMS_JOB = "end_terms"
MOST = 100  # in one plan: guard rails count them like all others
JOB_LOST_AFTER = timedelta(minutes=10)
WHILE_RUNNING = timedelta(minutes=2)
HELD_BACK = timedelta(minutes=15)
BARRED = timedelta(hours=1)
FOR_A_PERSON = timedelta(hours=6)
KEPT_IN_BIN = timedelta(days=35)  # Microsoft keeps deleted users for 30 days, and they come back with what they had
ABSENT = frozenset({Hindrance.UNKNOWN_SUBJECT, Hindrance.UNKNOWN_PERMISSION, Hindrance.DELETED})
OPEN = frozenset({PlanState.PLANNED, PlanState.APPROVED, PlanState.PAUSED})


def queue_due_terms() -> None:
    """Queues a look at every tenant in which something that was given for a time is over."""
    now = clock.now()
    with transaction():
        for tenant_id in terms.claim(now=now, again=now + JOB_LOST_AFTER):
            job = f"terms:{tenant_id}:{int(now.timestamp() * 1000)}"
            enqueue(TERMS_JOB, {"tenant_id": tenant_id}, id=job, tenant_id=tenant_id, lane="terms")


def end_terms(tenant_id: int, *, settings: Settings) -> None:
    """Takes the next step with everything in a tenant that is over; what holds it up is kept beside it, not raised."""
    tenant = tenants.by_id(tenant_id)
    due = terms.due(tenant_id=tenant_id, now=clock.now(), most=MOST)
    planned = sorted((one for one in due if one.plan_id is not None), key=lambda one: one.plan_id or 0)
    for plan_id, group in groupby(planned, key=lambda one: one.plan_id or 0):
        _follow(tenant, plan_id, [*group])
    fresh = [one for one in due if one.plan_id is None]
    if fresh and tenants.connection_of(tenant_id) is None:
        terms.look_later(fresh, at=clock.now() + BARRED, late=("not_connected", {}))
    elif fresh:
        _take(tenant, fresh, settings=settings)


def _follow(tenant: Tenant, plan_id: int, held: Sequence[Term]) -> None:
    """What became of the plan that was to take them away."""
    now, ran = clock.now(), plans.find(tenant_id=tenant.id, plan_id=plan_id)
    state = ran.plan.state
    if state in OPEN:
        _apply(tenant, plan_id, held)
    elif state is PlanState.RUNNING:
        terms.look_later(held, at=now + WHILE_RUNNING)
    elif state is PlanState.FAILED:
        terms.look_later(held, at=now + FOR_A_PERSON, late=("plan_left_to_person", {"plan_id": str(plan_id)}))
    elif state is PlanState.REFUSED or (state is PlanState.DONE and not ran.simulated):
        _leave(tenant, held, Outcome.KEPT)  # somebody put the plan, or the task of its step, aside
    else:  # it only rehearsed, or the tenant moved under it: a new plan looks again
        with transaction():
            terms.hand_over(held, plan_id=None)
            late = ("plan_rehearsed", {"plan_id": str(plan_id)}) if ran.simulated else None
            terms.look_later(held, at=now + (FOR_A_PERSON if ran.simulated else timedelta(0)), late=late)


def _take(tenant: Tenant, fresh: Sequence[Term], *, settings: Settings) -> None:
    """Plans what can be done, and has it carried out; of the rest a person is told."""
    changes = [one.taking for one in fresh]
    barred = barring(changes, situation=situation_of(tenant_id=tenant.id, changes=changes))
    for place, found in barred.items():
        _put_off(tenant, fresh[place], found)
    going = [one for place, one in enumerate(fresh) if place not in barred]
    if not going:
        return
    try:
        plan_id = make_plan(
            actor=SYSTEM,
            tenant=tenant,
            changes=[one.taking for one in going],
            reason=_("It was given for a time, which is over."),
            settings=settings,
            cause=Cause.EXPIRY,
            then=lambda made: terms.hand_over(going, plan_id=made),
        )
    except ChamberlainError as error:
        log.warning("what is over in tenant %d cannot be planned: %s", tenant.id, error)
        terms.look_later(going, at=clock.now() + HELD_BACK, late=failure_of(error))
        return
    _apply(tenant, plan_id, going)


def _apply(tenant: Tenant, plan_id: int, held: Sequence[Term]) -> None:
    try:
        apply_plan(actor=SYSTEM, tenant=tenant, plan_id=plan_id)
    except ChamberlainError as error:
        log.warning("plan %d of what is over in tenant %d waits: %s", plan_id, tenant.id, error)
        terms.look_later(held, at=clock.now() + HELD_BACK, late=failure_of(error))
        return
    terms.look_later(held, at=clock.now() + WHILE_RUNNING)


def _put_off(tenant: Tenant, term: Term, found: Sequence[Obstacle]) -> None:
    """It cannot be taken away now. A person is asked, once; it is looked at again, for what bars it may go."""
    now = clock.now()
    asked = None if term.task_id is None else tasks.find(tenant_id=tenant.id, task_id=term.task_id).state
    if asked in (TaskState.DONE, TaskState.DROPPED):
        _leave(tenant, [term], Outcome.TAKEN if asked is TaskState.DONE else Outcome.KEPT)
        return
    if any(one.hindrance in ABSENT for one in found):
        if now > term.ends + KEPT_IN_BIN:
            _leave(tenant, [term], Outcome.GONE)
        else:
            terms.look_later([term], at=now + FOR_A_PERSON)
        return
    late = ("term_barred", {"why": " ".join(say_obstacle(one)[0] for one in found)})
    with transaction():
        if term.task_id is None:
            terms.note_task(term, task_id=_leave_to_person(tenant, term, found, late=late, now=now))
        terms.look_later([term], at=now + BARRED, late=late)


def _leave_to_person(
    tenant: Tenant, term: Term, found: Sequence[Obstacle], *, late: tuple[str, dict[str, str]], now: datetime
) -> int:
    return tasks.make(
        tenant_id=tenant.id,
        plan_id=None,
        step=None,
        cause=TaskCause.BARRED,
        change=term.taking,
        names=(term.subject_name, term.permission_name),
        failure=late,
        due=now + DUE_AFTER,
        now=now,
        command=next((one.command for one in found if one.command), ""),
    )


def _leave(tenant: Tenant, held: Sequence[Term], outcome: Outcome) -> None:
    """They are not taken away any more; the trail says so."""
    now = clock.now()
    with transaction():
        terms.settle(held, outcome=outcome, now=now)
        for one in held:
            record(
                EventName.TERM_SETTLED,
                actor=SYSTEM,
                tenant_id=tenant.id,
                subject=one.subject.key,
                permission=one.permission,
                ends=one.ends.isoformat(),
                outcome=outcome.value,
                plan="" if one.plan_id is None else one.plan_id,
            )
