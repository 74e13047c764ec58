"""Rehearse one plan: everything that carrying it out does, but for what changes the tenant."""

from collections.abc import Sequence

from chamberlain.actions.by_exchange import to_look
from chamberlain.actions.reaching import way_to
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Conflict, Misconfigured, NotFound
from chamberlain.graph.client import Priority
from chamberlain.model.actor import Actor
from chamberlain.model.carried import Carried, Ran
from chamberlain.model.permit import NO_PERMITS
from chamberlain.model.plan import DONE_STEPS, PLAN_MOVES, Facts, PlanState, StepState
from chamberlain.model.rehearsal import Rehearsal, Rehearsed, Verdict
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.planning.facts import collides, is_met
from chamberlain.policy.planning.fingerprint import moved
from chamberlain.provision.beside import Beside
from chamberlain.provision.engine import OVERTAKEN
from chamberlain.provision.guarding import barred, objections_to, watch
from chamberlain.provision.hand import BY_EXCHANGE, Hand, Seen, reach
from chamberlain.provision.journal import failure_of
from chamberlain.settings import Settings
from chamberlain.store import plans, tenants
from chamberlain.store.connection import transaction

_OVER = DONE_STEPS | {StepState.SKIPPED}


def rehearse_plan(*, actor: Actor, tenant: Tenant, plan_id: int, settings: Settings) -> Rehearsal:
    """What would come of each step that is left; the plan stays as it is, and nothing is written to the tenant.

    raises  Refused("not_allowed"), NotFound("plan_not_found"), Conflict: plan_edited, plan_move_illegal; Upstream
    """
    require(actor, Deed.MAKE_PLAN, tenant_id=tenant.id)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    plans.refuse_edited(ran)
    if PlanState.RUNNING not in PLAN_MOVES[ran.plan.state]:
        raise Conflict("plan_move_illegal", plan_id=plan_id, before=ran.plan.state.value, after="running")
    steps = _rehearsed(ran, tenant, settings)
    has_begun = any(one.intended_at is not None for one in ran.steps)
    found = Rehearsal(
        plan_id=plan_id,
        steps=steps,
        held=objections_to(ran, actor=actor),
        barred=barred(ran),
        is_stale=not has_begun and any(one.verdict is Verdict.MOVED for one in steps),
    )
    with transaction():
        record(
            EventName.PLAN_REHEARSED,
            actor=actor,
            tenant_id=tenant.id,
            subject=f"plan:{plan_id}",
            reason=ran.plan.reason,
            **{verdict.value: found.count(verdict) for verdict in Verdict},
        )
    return found


def _rehearsed(ran: Ran, tenant: Tenant, settings: Settings) -> tuple[Rehearsed, ...]:
    left = [one for one in ran.steps if one.step.state not in _OVER]
    changes = [one.step.change for one in left]
    connection = tenants.connection_of(tenant.id)
    if connection is None:
        raise Misconfigured("not_connected")
    if not changes:
        return ()
    overtaken = Beside(ran.plan, watch(ran).is_emergency).overtaken([one.step for one in left])
    with (
        way_to(connection, settings=settings) as way,
        reach(
            way.endpoint,
            way.credential,
            ledger=way.ledger,
            permits=NO_PERMITS,
            priority=Priority.INTERACTIVE,
            by_exchange=to_look(way, tenant_id=tenant.id, changes=changes),
        ) as hand,
    ):
        seen = hand.seen(changes)
        judged = [_judge(one, facts, overtaken) for one, facts in zip(left, seen, strict=True)]
        return _with_requests(judged, hand)


def _judge(one: Carried, seen: Seen, overtaken: frozenset[int]) -> Rehearsed:
    if isinstance(seen, ChamberlainError):
        is_gone = isinstance(seen, NotFound) and one.intended_at is None
        return Rehearsed(one.step, Verdict.MOVED if is_gone else Verdict.FOR_PERSON, {}, failure=failure_of(seen))
    if one.intended_at is None and moved(one.planned, seen):
        return Rehearsed(one.step, Verdict.MOVED, seen)
    before: Facts = seen if one.step.before is None or one.intended_at is None else one.step.before
    if one.step.expected and is_met(one.step.expected, seen=seen, before=before):
        return Rehearsed(one.step, Verdict.ALREADY_SO, seen)
    if one.step.number in overtaken:
        return Rehearsed(one.step, Verdict.FOR_PERSON, seen, failure=failure_of(OVERTAKEN))
    if collides(one.step.change, before=seen):
        return Rehearsed(one.step, Verdict.FOR_PERSON, seen, failure=("user_name_taken", {}))
    return Rehearsed(one.step, Verdict.SENT, seen)


def _with_requests(judged: Sequence[Rehearsed], hand: Hand) -> tuple[Rehearsed, ...]:
    """Those that would be sent, with what would be."""
    going = [one for one in judged if one.verdict is Verdict.SENT]
    sendings = hand.sendings([one.step.change for one in going], before=[one.seen for one in going])
    numbers = {id(one.step.change): one.step.number for one in going}
    told: dict[int, tuple[str, tuple[int, ...]]] = {}
    for sending in sendings:
        mine = [numbers[id(change)] for change in sending.changes]
        write = sending.write
        request = "Exchange" if write is BY_EXCHANGE else f"{write.method} {write.path}"
        for number in mine:
            told.setdefault(number, (request, tuple(other for other in mine if other != number)))
    return tuple(
        Rehearsed(one.step, one.verdict, one.seen, *told.get(one.step.number, ("", ())), one.failure) for one in judged
    )
