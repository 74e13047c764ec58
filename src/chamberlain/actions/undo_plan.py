"""Put a plan back: a plan of its own, from what the tenant showed before each of its steps."""

from collections.abc import Callable

from chamberlain.actions.make_plan import make_plan
from chamberlain.errors import Conflict, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.plan import Cause, PlanState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.provision.undoing import undoing
from chamberlain.settings import Settings
from chamberlain.store import plans


def undo_plan(
    *,
    actor: Actor,
    tenant: Tenant,
    plan_id: int,
    reason: str,
    settings: Settings,
    then: Callable[[int], object] | None = None,
) -> int:
    """The id of the plan that puts this one back; it is read, and applied, like any other.

    then    called with that id, in the transaction that keeps the plan
    raises  Refused: not_allowed, plan_not_undoable; NotFound("plan_not_found"), Conflict("plan_move_illegal"), and
            what `make_plan` raises
    """
    require(actor, Deed.MAKE_PLAN, tenant_id=tenant.id)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    if ran.plan.state in (PlanState.RUNNING, PlanState.UNDONE):
        raise Conflict("plan_move_illegal", plan_id=plan_id, before=ran.plan.state.value, after="undone")
    found = undoing(ran)
    if not found.changes:
        raise Refused("plan_not_undoable", plan_id=plan_id)
    return make_plan(
        actor=actor,
        tenant=tenant,
        changes=found.changes,
        reason=reason,
        settings=settings,
        cause=Cause.UNDO,
        undo_of=plan_id,
        then=then,
    )
