"""What brings a plan's steps back, from what the tenant showed before each of them."""

from dataclasses import dataclass

from chamberlain import clock
from chamberlain.model.carried import Carried, Ran
from chamberlain.model.plan import DONE_STEPS, Change
from chamberlain.policy.planning.facts import is_met
from chamberlain.policy.planning.inverse import inverse


@dataclass(frozen=True, slots=True)
class Undoing:
    """What can be put back, and numbers of the steps that cannot."""

    changes: tuple[Change, ...]
    lost: tuple[int, ...]


def undoing(ran: Ran) -> Undoing:
    """What brings back what was, the last step first. What was so before us is left alone."""
    changes: list[Change] = []
    lost: list[int] = []
    for one in reversed(ran.steps):
        if one.step.state not in DONE_STEPS or _was_so_already(one):
            continue
        seen = one.step.proof.seen if one.step.proof else {}
        back = inverse(one.step.change, before=one.step.before or {}, seen=seen, now=clock.now())
        changes += back
        if not back:
            lost.append(one.step.number)
    return Undoing(tuple(changes), tuple(sorted(lost)))


def _was_so_already(one: Carried) -> bool:
    before = one.step.before or {}
    return one.tries == 0 and is_met(one.step.expected, seen=before, before=before)
