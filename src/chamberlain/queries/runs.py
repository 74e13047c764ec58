"""A sync run in a form that scripts read."""

from typing import Any

from chamberlain.model.run import Run


def summary(run: Run) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "run": run.id,
        "state": run.state.value,
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
