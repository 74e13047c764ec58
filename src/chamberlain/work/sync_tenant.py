"""The story of one sync: begin, every phase, end. A crash anywhere resumes at the phase it happened in."""

import logging
from collections.abc import Callable
from typing import Any

from chamberlain.actions import perform_sync
from chamberlain.model.run import PhaseName
from chamberlain.settings import Settings

log = logging.getLogger(__name__)
Do = Callable[..., Any]


def sync_tenant(do: Do, *, run_id: int, settings: Settings) -> None:
    """Performs a queued run. The run ends in our tables, whatever happens."""
    failure: Any = None
    try:
        if not do("begin", perform_sync.begin, run_id):
            return
        for phase in PhaseName:
            failed, hopeful = do(phase.value, _phase, run_id, phase.value, settings)
            failure = failure or failed
            if not hopeful:
                # What was merged before is shown from now on, so its counts have to fit.
                do("count", _phase, run_id, PhaseName.SUMMARY.value, settings)
                break
    except Exception:
        log.exception("sync run %d met an error that we did not foresee", run_id)
        failure = ["unexpected", {}]
    do("end", _end, run_id, failure)


def _phase(run_id: int, phase: str, settings: Settings) -> list[Any]:
    failure, hopeful = perform_sync.perform_phase(run_id, PhaseName(phase), settings=settings)
    return [list(failure) if failure else None, hopeful]


def _end(run_id: int, failure: list[Any] | None) -> None:
    perform_sync.end(run_id, (failure[0], failure[1]) if failure else None)
