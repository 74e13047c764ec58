"""Perform a queued plan: is it still good, carry it out, end it. What was done is not done again."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

from chamberlain import clock
from chamberlain.actions.by_exchange import to_change, to_look
from chamberlain.actions.reaching import way_to
from chamberlain.actions.start_sync import start_sync
from chamberlain.actions.take_notices import BETWEEN_RUNS
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Conflict, Misconfigured, NotFound
from chamberlain.graph.client import Priority
from chamberlain.graph.retry import DEADLINE
from chamberlain.model.actor import SYSTEM
from chamberlain.model.carried import Ran
from chamberlain.model.permit import NO_PERMITS, Permit
from chamberlain.model.plan import Facts, PlanState, StepState
from chamberlain.model.run import Trigger
from chamberlain.model.tenant import Connection
from chamberlain.policy.permits import permits
from chamberlain.policy.planning.fingerprint import moved
from chamberlain.policy.planning.guards import is_emergency
from chamberlain.policy.planning.needs import capabilities_for
from chamberlain.policy.scope_standing import open_scopes
from chamberlain.provision.beside import Beside
from chamberlain.provision.engine import PATIENT, Engine, Patience
from chamberlain.provision.guarding import barred, watch
from chamberlain.provision.hand import Hand, reach
from chamberlain.provision.journal import Failure, Journal, failure_of
from chamberlain.provision.situation import situation_of
from chamberlain.settings import Settings
from chamberlain.store import plans, scopes, steps, tenants, wakes
from chamberlain.store.connection import transaction

log = logging.getLogger(__name__)
# What Microsoft's listings show right after a change may be what was before: they are read once more.
# source  https://learn.microsoft.com/graph/delta-query-overview (2026), on delays of replication
REPLICAS_LAG = timedelta(minutes=1)
TAKEN_OVER = "plan_taken_over"


def perform(plan_id: int, *, run: int, settings: Settings, patience: Patience = PATIENT) -> Failure | None:
    """Carries out what is left of a plan that runs; returns why it stopped before that, if it did.

    A plan that nobody touched yet is held against the tenant first: where that moved, nothing is sent.
    """
    ran = _running(plan_id, run)
    if ran is None:
        return None
    token = plans.take(plan_id)
    try:
        why = _carry_out(ran, token, settings=settings, patience=patience)
    except ChamberlainError as error:
        log.warning("plan %d of tenant %d cannot go on: %s", plan_id, ran.plan.tenant_id, error)
        why = failure_of(error)
    except Exception:
        if plans.is_held(plan_id, token):
            raise
        log.exception("plan %d met an error that we did not foresee, after somebody else had taken it", plan_id)
        return _taken_over(plan_id)
    return why if why is None or plans.is_held(plan_id, token) else _taken_over(plan_id)


def _carry_out(ran: Ran, token: str, *, settings: Settings, patience: Patience) -> Failure | None:
    """Whatever it writes down, it writes as the one who holds the plan.

    raises  Conflict: plan_edited, plan_taken_over; what keeps us from the tenant
    """
    plans.refuse_edited(ran)
    why = barred(ran)
    if why is not None:
        return why
    with _hand(ran, settings=settings) as hand:
        if _is_stale(ran, hand, token):
            return None
        if ran.simulated:
            _rehearse(ran, token)
            return None
        journal = Journal(ran.plan, ran.started_by_name, token)
        over = watch(ran)
        beside = Beside(ran.plan, over.is_emergency)
        return Engine(hand, journal, over.why_not, patience, beside.overtaken, beside.contended).run()


def _taken_over(plan_id: int) -> Failure:
    """Whoever took us for dead says how the plan ends: what we met says nothing of it."""
    return TAKEN_OVER, {"plan_id": str(plan_id)}


@contextmanager
def _hand(ran: Ran, *, settings: Settings) -> Iterator[Hand]:
    """The tenant, as far as the plan may change it."""
    changes = [one.step.change for one in ran.steps]
    is_urgent = is_emergency(ran.plan, by_administrator=ran.started_in_person)
    allowed, mail = (NO_PERMITS, to_look) if ran.simulated else (permits_of(ran), to_change)
    with way_to(_connection_of(ran.plan.tenant_id), settings=settings) as way:
        by_exchange = mail(way, tenant_id=ran.plan.tenant_id, changes=changes)
        with reach(
            way.endpoint,
            way.credential,
            ledger=way.ledger,
            permits=allowed,
            priority=Priority.INTERACTIVE if is_urgent else Priority.BULK,
            deadline=DEADLINE,
            by_exchange=by_exchange,
        ) as hand:
            yield hand


def permits_of(ran: Ran) -> frozenset[Permit]:
    """What the plan's steps may send, and nothing else of what the connection might."""
    changes = [one.step.change for one in ran.steps]
    known = situation_of(tenant_id=ran.plan.tenant_id, changes=changes).permissions
    needed = {one for change in changes for one in capabilities_for(change, permission=known.get(change.permission))}
    chosen, held = scopes.chosen_and_held(ran.plan.tenant_id)
    return frozenset().union(*(permits(one, chosen=chosen, held=open_scopes(held)) for one in needed))


def end(plan_id: int, why: Failure | None, *, run: int) -> None:
    """The plan ends as its steps did, or pauses. One that is over, or was stopped meanwhile, stays as it is.

    So does one that somebody else carries on with, who took us for dead, and one that was started again since.
    """
    ran = _running(plan_id, run)
    if ran is None or (why is not None and why[0] == TAKEN_OVER):
        return
    now = clock.now()
    state = PlanState.PAUSED if why else PlanState.DONE if _is_done(ran) else PlanState.FAILED
    name = EventName.PLAN_PAUSED if why else EventName.PLAN_ENDED
    has_changed = not ran.simulated and ran.count(StepState.PROVED, StepState.NOT_PROVABLE) > 0
    with transaction():
        plans.move(plan_id, state, now=now, pause=why)
        _tell(ran, name, state=state.value, error=why[0] if why else "")
        if state is PlanState.DONE and ran.plan.undo_of is not None and not ran.simulated:
            _note_undone(ran)
        if has_changed:
            _look_again(ran.plan.tenant_id, after=REPLICAS_LAG, lasts=True)
    if has_changed:
        _look_now(ran.plan.tenant_id)


def give_up_lost(plan_id: int, *, run: int) -> None:
    """Pauses a plan whose job is gone, so that somebody can let it go on."""
    end(plan_id, ("job_lost_plan", {"plan_id": str(plan_id)}), run=run)


def _running(plan_id: int, run: int) -> Ran | None:
    """The plan, if it runs for the so-many-th time. A job of an earlier time that comes late has no say in it."""
    tenant_id = plans.tenant_of(plan_id)
    if tenant_id is None:
        return None  # its tenant was forgotten meanwhile
    ran = plans.find(tenant_id=tenant_id, plan_id=plan_id)
    return ran if ran.plan.state is PlanState.RUNNING and ran.runs == run else None


def _is_stale(ran: Ran, hand: Hand, token: str) -> bool:
    """Whether the tenant moved under a plan of which nothing was done yet; then the plan is over."""
    if any(one.intended_at is not None for one in ran.steps):
        return False
    seen = hand.seen([one.step.change for one in ran.steps])
    found: list[tuple[int, Facts, Facts]] = []
    for one, facts in zip(ran.steps, seen, strict=True):
        if isinstance(facts, NotFound):
            found.append((one.step.number, one.planned, {}))
        elif not isinstance(facts, ChamberlainError) and moved(one.planned, facts):
            found.append((one.step.number, one.planned, facts))
    if not found:
        return False
    with transaction():
        plans.require_held(ran.plan.id, token)
        plans.move(ran.plan.id, PlanState.STALE, now=clock.now(), moved=found)
        _tell(ran, EventName.PLAN_STALE, steps=_numbers(found))
    return True


def _rehearse(ran: Ran, token: str) -> None:
    """Nothing is sent: every step is skipped."""
    with transaction():
        plans.require_held(ran.plan.id, token)
        skipped = {one.step.number: (StepState.SKIPPED, None) for one in ran.steps if one.ended_at is None}
        steps.end(ran.plan.id, skipped, now=clock.now())


def _is_done(ran: Ran) -> bool:
    return ran.count(StepState.PROVED, StepState.NOT_PROVABLE, StepState.SKIPPED) == len(ran.steps)


def _note_undone(ran: Ran) -> None:
    with suppress(Conflict):  # it was carried on with meanwhile
        plans.move(ran.plan.undo_of or 0, PlanState.UNDONE, now=clock.now())
        record(
            EventName.PLAN_UNDONE,
            actor=SYSTEM,
            tenant_id=ran.plan.tenant_id,
            subject=f"plan:{ran.plan.undo_of}",
            reason=ran.plan.reason,
            by=ran.plan.id,
        )


def _look_now(tenant_id: int) -> None:
    """A sync follows, so that lists show what was changed; where one began before, one more right after it."""
    try:
        start_sync(actor=SYSTEM, tenant=tenants.by_id(tenant_id), trigger=Trigger.NOTICE)
    except Conflict:
        _look_again(tenant_id, after=timedelta(0))


def _look_again(tenant_id: int, *, after: timedelta, lasts: bool = False) -> None:
    """A sync is to follow, also where this process ends here, and where it `lasts`, also where another comes before."""
    wakes.note(tenant_id=tenant_id, now=clock.now(), gather=after, apart=BETWEEN_RUNS, wakes=True, lasts=lasts)


def _tell(ran: Ran, name: EventName, **details: object) -> None:
    record(
        name,
        actor=SYSTEM,
        tenant_id=ran.plan.tenant_id,
        subject=f"plan:{ran.plan.id}",
        reason=ran.plan.reason,
        on_behalf_of=ran.started_by_name,
        **details,
    )


def _numbers(found: Sequence[tuple[int, Facts, Facts]]) -> str:
    return ", ".join(str(number) for number, _then, _now in found[:50])


def _connection_of(tenant_id: int) -> Connection:
    connection = tenants.connection_of(tenant_id)
    if connection is None:
        raise Misconfigured("not_connected")
    return connection
