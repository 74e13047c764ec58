"""A plan before it is kept: the same difference that its page shows, and what cannot be done."""

from collections.abc import Sequence

from chamberlain.actions.make_plan import preview_plan
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.plan import Change
from chamberlain.model.tenant import Tenant
from chamberlain.policy.planning.cost import least_units
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.plan_called import called
from chamberlain.web.plan_diff import deed_of, parts_of
from chamberlain.web.plan_page import restorable_of, stands_in_way

MOST_SHOWN = 12


def preview(changes: Sequence[Change], *, viewer: Actor, tenant: Tenant) -> dict[str, object]:
    """What the template of the preview needs; the sentence instead, where the tenant cannot be read now."""
    if not changes:
        return {"preview": None, "preview_failure": None}
    try:
        plan = preview_plan(actor=viewer, tenant=tenant, changes=changes, settings=load())
    except ChamberlainError as error:
        return {"preview": None, "preview_failure": explain(error), "preview_code": error.code}
    parts = parts_of(plan.steps, called=called(changes, viewer=viewer, tenant=tenant))
    return {
        "preview": plan,
        "preview_failure": None,
        "parts": parts[:MOST_SHOWN],
        "parts_left": max(0, len(parts) - MOST_SHOWN),
        "deed_told": deed_of(parts),
        "barred": stands_in_way(plan.barred),
        "barred_count": len(plan.barred),
        "restorable": restorable_of(plan.steps),
        "cost": least_units((step.change, step.units) for step in plan.steps),
    }
