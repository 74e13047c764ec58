"""Whether a tenant moved under a plan, and how its plan would read now."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chamberlain.model.plan import Barred, Change, Facts, Step, StepState

# What a step rests on besides what it changes itself.
_OPEN = frozenset({StepState.WAITING})


def fingerprint(steps: Iterable[Step], barred: Iterable[Barred] = ()) -> str:
    """The same for two plans exactly when they do the same for the same reasons to the same things.

    Names count, because people agreed to what they read; ids and times of the plan do not, nor how far it is.
    """
    told = [
        *(_told(step) for step in steps),
        *([_wish(one.change), [o.hindrance.value for o in one.obstacles]] for one in barred),
    ]
    text = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """How a plan reads now, compared with how it read when it was made.

    done      steps that are so already, without us
    barred    changes that cannot be done any more
    opened    changes that could not be done, and can now
    altered   steps whose effects, order or facts differ: as they were, and as they are
    """

    done: tuple[Step, ...]
    barred: tuple[Barred, ...]
    opened: tuple[Step, ...]
    altered: tuple[tuple[Step, Step], ...]

    @property
    def is_none(self) -> bool:
        """Whether the plan still holds."""
        return not (self.done or self.barred or self.opened or self.altered)


def difference(
    was: tuple[Sequence[Step], Sequence[Barred]], now: tuple[Sequence[Step], Sequence[Barred]]
) -> Difference:
    """What the same wishes come to now. Each: steps, and what could not be done."""
    old = {_key(step.change): step for step in was[0]}
    new = {_key(step.change): step for step in now[0]}
    old_barred = {_key(one.change) for one in was[1]}
    done, altered = [], []
    for key, step in new.items():
        before = old.get(key)
        if before is None or _told(before) == _told(step):
            continue
        if _is_so(step) and not _is_so(before):
            done.append(step)
        else:
            altered.append((before, step))
    return Difference(
        done=tuple(done),
        barred=tuple(one for one in now[1] if _key(one.change) in old),
        opened=tuple(step for key, step in new.items() if key in old_barred),
        altered=tuple(altered),
    )


def moved(planned: Facts | None, seen: Facts) -> tuple[str, ...]:
    """Names of facts that are not as they were when somebody agreed; empty where nothing was read then."""
    if planned is None:
        return ()
    return tuple(sorted(name for name, value in planned.items() if name in seen and seen[name] != value))


def _is_so(step: Step) -> bool:
    return any(one.consequence.value == "already_so" for one in step.effects)


def _told(step: Step) -> list[object]:
    links = [
        [one.consequence.value, one.link.key if one.link else "", [through.key for through in one.through]]
        for one in step.effects
    ]
    return [_wish(step.change), step.subject_name, step.permission_name, sorted(step.after), sorted(links, key=repr)]


def _wish(change: Change) -> list[object]:
    options = change.options
    ends = options.ends.isoformat() if options.ends else ""
    plans = None if options.disabled_plans is None else sorted(options.disabled_plans)
    more = [options.scope, ends, options.ends_by_us, plans, options.instead_of, dict(options.properties)]
    return [change.verb.value, change.subject.key, change.permission, more]


def _key(change: Change) -> str:
    return json.dumps(_wish(change), sort_keys=True)
