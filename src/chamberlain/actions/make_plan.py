"""Make a plan: what would be done, in order, with everything that a reader has to know. It changes nothing."""

from collections.abc import Callable, Sequence

from chamberlain import clock
from chamberlain.actions.by_exchange import to_look
from chamberlain.actions.reaching import way_to
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Misconfigured, Refused
from chamberlain.graph.client import Priority
from chamberlain.model.actor import Actor
from chamberlain.model.exchange import Mailbox
from chamberlain.model.permit import NO_PERMITS
from chamberlain.model.plan import Cause, Change, Plan, PlanState, Step
from chamberlain.model.tenant import Connection, Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.planning.draft import draft
from chamberlain.policy.planning.seen import as_seen
from chamberlain.provision.guarding import rails_of
from chamberlain.provision.hand import reach
from chamberlain.provision.mailboxes import known, read, to_ask
from chamberlain.provision.situation import situation_of
from chamberlain.settings import Settings
from chamberlain.store import halts, plans, tenants
from chamberlain.store.connection import transaction


def make_plan(
    *,
    actor: Actor,
    tenant: Tenant,
    changes: Sequence[Change],
    reason: str,
    settings: Settings,
    cause: Cause = Cause.PERSON,
    undo_of: int | None = None,
    then: Callable[[int], object] | None = None,
) -> int:
    """The id of a plan that was made and kept.

    reason   why, in the actor's words
    undo_of  the plan that it puts back
    then     called with the id, in the transaction that keeps the plan
    raises   Refused: not_allowed, plan_empty, plan_reason_missing; Misconfigured("not_connected"); Upstream
    """
    require(actor, Deed.MAKE_PLAN, tenant_id=tenant.id)
    if not changes:
        raise Refused("plan_empty")
    if not reason.strip():
        raise Refused("plan_reason_missing")
    plan = _planned(actor, tenant, changes, reason.strip(), settings, cause, undo_of)
    return _keep(plan, actor=actor, then=then)


def preview_plan(*, actor: Actor, tenant: Tenant, changes: Sequence[Change], settings: Settings) -> Plan:
    """The plan that `make_plan` would keep, read from the tenant in the same way, without keeping it.

    raises   Refused: not_allowed, plan_empty; Misconfigured("not_connected"); Upstream
    """
    require(actor, Deed.MAKE_PLAN, tenant_id=tenant.id)
    if not changes:
        raise Refused("plan_empty")
    return _planned(actor, tenant, changes, "", settings, Cause.PERSON, None)


def _planned(
    actor: Actor,
    tenant: Tenant,
    changes: Sequence[Change],
    reason: str,
    settings: Settings,
    cause: Cause,
    undo_of: int | None,
) -> Plan:
    connection = tenants.connection_of(tenant.id)
    if connection is None:
        raise Misconfigured("not_connected")
    situation = situation_of(tenant_id=tenant.id, changes=changes)
    found = draft(changes, situation=situation, cause=cause)
    asked = to_ask(changes, found=found) if situation.reads_mailboxes else ()
    if asked:
        told = _mailboxes(asked, connection=connection, settings=settings)
        situation = known(situation, asked=asked, mailboxes=told)
        found = draft(changes, situation=situation, cause=cause)
    return Plan(
        id=0,
        tenant_id=tenant.id,
        cause=cause,
        reason=reason,
        made_by=actor.id,
        made_by_name=actor.name,
        made_at=clock.now(),
        as_of=situation.as_of,
        fingerprint=found.fingerprint,
        state=PlanState.PLANNED,
        steps=_as_seen(found.steps, connection=connection, settings=settings),
        barred=found.barred,
        undo_of=undo_of,
        approval_delay=rails_of(tenant.id).approval_delay,
    )


def _mailboxes(guids: Sequence[str], *, connection: Connection, settings: Settings) -> dict[str, Mailbox | None]:
    """What Exchange tells of these; nothing where it is not connected."""
    with way_to(connection, settings=settings) as way:
        if way.exchange is None:
            return {}
        return read(way.exchange, way.credential, ledger=way.ledger, guids=guids)


def _as_seen(steps: Sequence[Step], *, connection: Connection, settings: Settings) -> tuple[Step, ...]:
    """The steps with what the tenant shows now of what each touches; what cannot be read stays unread.

    raises  Refused, Upstream
    """
    if not steps:
        return ()
    changes = [step.change for step in steps]
    with (
        way_to(connection, settings=settings) as way,
        reach(
            way.endpoint,
            way.credential,
            ledger=way.ledger,
            permits=NO_PERMITS,
            priority=Priority.INTERACTIVE,
            by_exchange=to_look(way, tenant_id=connection.tenant.id, changes=changes),
        ) as hand,
    ):
        seen = hand.seen(changes)
    return tuple(
        step if isinstance(facts, ChamberlainError) else as_seen(step, seen=facts)
        for step, facts in zip(steps, seen, strict=True)
    )


def _keep(plan: Plan, *, actor: Actor, then: Callable[[int], object] | None) -> int:
    with transaction():
        plan_id = plans.keep(plan, simulated=halts.simulates(plan.tenant_id))
        record(
            EventName.PLAN_MADE,
            actor=actor,
            tenant_id=plan.tenant_id,
            subject=f"plan:{plan_id}",
            reason=plan.reason,
            cause=plan.cause.value,
            steps=len(plan.steps),
            barred=len(plan.barred),
            fingerprint=plan.fingerprint,
            undo_of="" if plan.undo_of is None else plan.undo_of,
        )
        if then is not None:
            then(plan_id)
    return plan_id
