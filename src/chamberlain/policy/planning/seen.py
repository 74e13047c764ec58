"""A step in the light of what the tenant shows right now, which is newer than what was read last."""

from dataclasses import replace

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.plan import Facts, Restorable, Step
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.facts import is_met
from chamberlain.policy.planning.inverse import NEVER_CLEARED


def as_seen(step: Step, *, seen: Facts) -> Step:
    """The step with what was seen before it; whether it is so already is told by that, not by the last sync."""
    others = tuple(one for one in step.effects if one.consequence is not Consequence.ALREADY_SO)
    is_so = is_met(step.expected, seen=seen, before=seen)
    seen_step = replace(step, before=seen, effects=(*others, Effect(Consequence.ALREADY_SO)) if is_so else others)
    return replace(seen_step, restorable=Restorable.IN_PART) if _keeps_some(step, seen) else seen_step


def _keeps_some(step: Step, seen: Facts) -> bool:
    """Whether what it sets was empty, and cannot be emptied again."""
    properties = step.change.options.properties
    return step.change.verb is Verb.UPDATE_USER and any(
        name in seen and seen[name] is None and properties[name] is not None
        for name in NEVER_CLEARED & properties.keys()
    )
