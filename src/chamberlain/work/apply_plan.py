"""The story of one plan: carry it out, end it. A crash anywhere resumes where it happened, from our tables."""

import logging
from collections.abc import Callable
from typing import Any

from chamberlain import logs
from chamberlain.actions import perform_plan
from chamberlain.actions.apply_plan import job_of
from chamberlain.provision.engine import PATIENT, Patience
from chamberlain.settings import Settings
from chamberlain.store import plans

log = logging.getLogger(__name__)
Do = Callable[..., Any]


def apply_plan(do: Do, *, plan_id: int, run: int, settings: Settings, patience: Patience = PATIENT) -> None:
    """Performs a queued run of a plan. It ends or pauses in our tables, whatever happens.

    patience  with replicas that lag; a measurement whose replicas lag less needs less
    """
    try:
        why = do("carry out", _perform, plan_id, run, settings, patience)
    except Exception:
        log.exception("plan %d met an error in run %d that we did not foresee", plan_id, run)
        why = ["unexpected", {}]
    do("end", _end, plan_id, run, why)


def pause_lost_plans(*, is_over: Callable[[str], bool]) -> None:
    """Pauses plans whose job has ended without ending them.

    is_over  tells of a job's id whether that job has ended or is unknown
    """
    for tenant_id, plan_id, run in plans.running():
        if is_over(job_of(tenant_id, plan_id, run=run)):
            perform_plan.give_up_lost(plan_id, run=run)


def _perform(plan_id: int, run: int, settings: Settings, patience: Patience) -> list[Any] | None:
    with logs.carrying(tenant=plans.tenant_of(plan_id)):
        why = perform_plan.perform(plan_id, run=run, settings=settings, patience=patience)
    return list(why) if why else None


def _end(plan_id: int, run: int, why: list[Any] | None) -> None:
    perform_plan.end(plan_id, (why[0], why[1]) if why else None, run=run)
