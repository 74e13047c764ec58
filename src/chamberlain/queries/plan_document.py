"""A plan as one document, as the terminal prints it and the browser saves it."""

from typing import Any

import msgspec

from chamberlain.queries.plans import PlanPage


def document(page: PlanPage) -> dict[str, Any]:
    """Everything that is known of a plan, in values that JSON has."""
    found: dict[str, Any] = msgspec.to_builtins(page.ran)
    return {
        **found["plan"],
        **{name: value for name, value in found.items() if name not in ("plan", "steps")},
        "steps": [
            {**one["step"], **{name: value for name, value in one.items() if name != "step"}} for one in found["steps"]
        ],
        "units": page.ran.plan.units,
        "needs": list(page.ran.plan.needs),
        "objections": msgspec.to_builtins(page.objections),
        "not_restorable": list(page.undoing.lost),
        "undone_by": list(page.undone_by),
    }
