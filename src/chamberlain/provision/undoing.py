"""What brings a plan's steps back, from what the tenant showed before each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chamberlain import clock
from chamberlain.model.carried import REFUSALS, Carried, Ran
from chamberlain.model.plan import DONE_STEPS, Change, StepState
from chamberlain.policy.planning.facts import is_met
from chamberlain.policy.planning.inverse import inverse
from chamberlain.policy.planning.terms import TAKES_AWAY, place_of
from chamberlain.store import terms


@dataclass(frozen=True, slots=True)
class Undoing:
    """What can be put back, and numbers of the steps that cannot."""

    changes: tuple[Change, ...]
    lost: tuple[int, ...]


def undoing(ran: Ran) -> Undoing:
    """What brings back what was, the last step first. What was so before us is left alone."""
    now = clock.now()
    ends = terms.settled_by(tenant_id=ran.plan.tenant_id, plan_id=ran.plan.id)
    changes: list[Change] = []
    lost: list[int] = []
    for one in reversed(ran.steps):
        if not (one.step.state in DONE_STEPS or may_have_happened(one)) or _was_so_already(one):
            continue
        seen = one.step.proof.seen if one.step.proof else {}
        found = inverse(one.step.change, before=one.step.before or {}, seen=seen, now=now)
        back = [timed for change in found if (timed := _timed(change, ends, now=now)) is not None]
        changes += back
        if not back:
            lost.append(one.step.number)
    return Undoing(tuple(changes), tuple(sorted(lost)))


def may_have_happened(one: Carried) -> bool:
    """Whether it was about to be sent, or was, and nobody knows what came of it: putting it back sends nothing where
    nothing did.
    """
    if one.step.state is StepState.NEEDS_PERSON:
        return one.tries > 0 and (one.failure is None or one.failure[0] not in REFUSALS)
    return one.step.state in (StepState.INTENDED, StepState.CALLED)


def _timed(change: Change, ends: Mapping[terms.Place, datetime], *, now: datetime) -> Change | None:
    """A right that ended by us is given back with its end; None where that has passed."""
    at = ends.get(place_of(change)) if change.verb in TAKES_AWAY else None
    if at is None:
        return change
    return replace(change, options=replace(change.options, ends=at)) if at > now else None


def _was_so_already(one: Carried) -> bool:
    before = one.step.before or {}
    return one.tries == 0 and is_met(one.step.expected, seen=before, before=before)
