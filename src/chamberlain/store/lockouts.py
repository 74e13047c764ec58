"""Whom emergency plans lock out, while other plans of the tenant run beside them."""

from collections.abc import Iterable
from datetime import datetime

from chamberlain.model.plan import Cause, PlanState, StepState
from chamberlain.model.verb import EMERGENCY, Verb
from chamberlain.store.connection import rows

# What may let somebody sign in again after a block that was sent meanwhile.
LETS_IN = frozenset({Verb.ENABLE, Verb.UPDATE_USER, Verb.RESTORE_USER})

LOCKED = """
    SELECT DISTINCT s.subject FROM plan_step AS s JOIN plan AS p ON p.id = s.plan_id
    WHERE s.tenant_id = %(tenant)s AND s.subject = ANY(%(subjects)s) AND p.id <> %(plan)s AND NOT p.simulated
      AND p.started_at >= %(since)s AND p.started_in_person AND p.cause = %(person)s AND p.state <> %(stale)s
      AND NOT EXISTS (SELECT FROM plan_step AS o WHERE o.plan_id = p.id AND NOT o.verb = ANY(%(emergency)s))
"""
ON_THE_WAY = """
    SELECT DISTINCT s.subject FROM plan_step AS s JOIN plan AS p ON p.id = s.plan_id
    WHERE s.tenant_id = %(tenant)s AND s.subject = ANY(%(subjects)s) AND p.id <> %(plan)s
      AND s.verb = ANY(%(verbs)s) AND s.state = %(intended)s AND p.state = %(running)s
"""


def locked_out_since(*, tenant_id: int, subjects: Iterable[str], since: datetime, but: int) -> frozenset[str]:
    """Which of these somebody set out to lock out since then, by another plan than this one."""
    values = {
        "tenant": tenant_id,
        "subjects": [*subjects],
        "plan": but,
        "since": since,
        "person": Cause.PERSON.value,
        "stale": PlanState.STALE.value,
        "emergency": [verb.value for verb in EMERGENCY],
    }
    return frozenset(row["subject"] for row in rows(LOCKED, values))


def let_in_by_others(*, tenant_id: int, subjects: Iterable[str], but: int) -> frozenset[str]:
    """Which of these another plan may be letting in right now: it was written down, and no answer is there yet."""
    values = {
        "tenant": tenant_id,
        "subjects": [*subjects],
        "plan": but,
        "verbs": [verb.value for verb in LETS_IN],
        "intended": StepState.INTENDED.value,
        "running": PlanState.RUNNING.value,
    }
    return frozenset(row["subject"] for row in rows(ON_THE_WAY, values))
