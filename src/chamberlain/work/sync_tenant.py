"""The story of one sync: begin, read and merge, prove, end. A crash anywhere resumes where it happened."""

import logging
from collections.abc import Callable
from typing import Any

from chamberlain import logs
from chamberlain.actions import perform_sync
from chamberlain.settings import Settings
from chamberlain.store import runs

log = logging.getLogger(__name__)
Do = Callable[..., Any]


def sync_tenant(do: Do, *, run_id: int, settings: Settings) -> None:
    """Performs a queued run. The run ends in our tables, whatever happens."""
    with logs.carrying(run=run_id):
        _tell(do, run_id, settings)


def _tell(do: Do, run_id: int, settings: Settings) -> None:
    failure: Any = None
    try:
        if not do("begin", perform_sync.begin, run_id):
            return
        failure = do("read and merge", _perform, run_id, settings)
        if failure is None:
            do("prove", _check, run_id, settings)
    except Exception:
        log.exception("sync run %d met an error that we did not foresee", run_id)
        failure = ["unexpected", {}]
    do("end", _end, run_id, failure)


def _perform(run_id: int, settings: Settings) -> list[Any] | None:
    with runs.told_in_log(run_id):
        failure = perform_sync.perform(run_id, settings=settings)
    return list(failure) if failure else None


def _check(run_id: int, settings: Settings) -> None:
    with runs.told_in_log(run_id):
        perform_sync.check(run_id, settings=settings)


def _end(run_id: int, failure: list[Any] | None) -> None:
    with runs.told_in_log(run_id):
        perform_sync.end(run_id, (failure[0], failure[1]) if failure else None)
