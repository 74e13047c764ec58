"""A step in the light of what the tenant shows right now, which is newer than what was read last."""

from dataclasses import replace

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.plan import Facts, Step
from chamberlain.policy.planning.facts import is_met


def as_seen(step: Step, *, seen: Facts) -> Step:
    """The step with what was seen before it; whether it is so already is told by that, not by the last sync."""
    others = tuple(one for one in step.effects if one.consequence is not Consequence.ALREADY_SO)
    is_so = is_met(step.expected, seen=seen, before=seen)
    return replace(step, before=seen, effects=(*others, Effect(Consequence.ALREADY_SO)) if is_so else others)
