"""A sync run in a form that scripts read."""

from typing import Any

from chamberlain.model.run import Proof, ReadingPlan, Run


def summary(run: Run) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "run": run.id,
        "state": run.state.value,
        "mode": run.mode.value if run.mode else None,
        "plan": _plan(run.plan),
        "proof": _proof(run.proof),
        "seconds": run.seconds,
        "requests": run.requests,
        "resource_units": run.resource_units,
        "throttled": run.throttled,
        "error": run.error_code,
        "phases": {
            phase.name.value: {
                "state": phase.state.value,
                "read": phase.done,
                "added": phase.added,
                "changed": phase.changed,
                "removed": phase.removed,
                "grants_opened": phase.opened,
                "grants_closed": phase.closed,
                "requests": phase.requests,
                "resource_units": phase.resource_units,
                "seconds": phase.seconds,
            }
            for phase in run.phases
        },
    }


def _plan(plan: ReadingPlan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "why": plan.why.value,
        "requests": plan.requests,
        "resource_units": plan.resource_units,
        "seconds": plan.seconds,
        "lines": [
            {
                "phase": line.phase.value,
                "way": line.way,
                "requests": line.requests,
                "resource_units": line.resource_units,
            }
            for line in plan.lines
        ],
    }


def _proof(proof: Proof | None) -> dict[str, Any] | None:
    if proof is None:
        return None
    return {
        "counts": {one.what: {"microsoft": one.theirs, "here": one.ours} for one in proof.counts},
        "edges_checked": proof.checked,
        "differences": proof.differences,
        "surely_right": proof.sure,
    }
