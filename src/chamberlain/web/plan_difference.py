"""What a plan that was made again differs in from the one that it takes the place of."""

from collections.abc import Iterable
from dataclasses import dataclass

from chamberlain.model.plan import Change, Facts, Plan, Step
from chamberlain.policy.planning.words import say_change
from chamberlain.web.plan_diff import is_so, sentence_of

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """The earlier plan, and what is otherwise now, as sentences.

    settled  what was to be done, and is so by now
    barred   what was to be done, and has something in its way now
    opened   what had something in its way, and can be done now
    moved    (sentence, what the tenant showed then, and now)
    """

    instead_of: int
    settled: tuple[str, ...]
    barred: tuple[str, ...]
    opened: tuple[str, ...]
    moved: tuple[tuple[str, Facts, Facts], ...]

    @property
    def is_none(self) -> bool:
        """Whether nothing is otherwise."""
        return not (self.settled or self.barred or self.opened or self.moved)


def difference(before: Plan, *, after: Plan) -> Difference:
    """What is otherwise in the plan that was made later."""
    then, now = _steps(before.steps), _steps(after.steps)
    both = [(then[key], now[key]) for key in then if key in now]
    settled = [new for old, new in both if is_so(new) and not is_so(old)]
    moved = [(old, new) for old, new in both if new not in settled and (old.before or {}) != (new.before or {})]
    return Difference(
        instead_of=before.id,
        settled=tuple(sentence_of(step) for step in settled)[:MOST_SHOWN],
        barred=tuple(
            say_change(one.change, who=one.subject_name, what=one.permission_name)
            for one in after.barred
            if _key(one.change) in then
        )[:MOST_SHOWN],
        opened=tuple(sentence_of(now[key]) for one in before.barred for key in (_key(one.change),) if key in now)[
            :MOST_SHOWN
        ],
        moved=tuple((sentence_of(new), old.before or {}, new.before or {}) for old, new in moved)[:MOST_SHOWN],
    )


def _steps(steps: Iterable[Step]) -> dict[tuple[str, str, str, str], Step]:
    return {_key(step.change): step for step in steps}


def _key(change: Change) -> tuple[str, str, str, str]:
    newcomer = str(change.options.properties.get("userPrincipalName") or "") if not change.subject.guid else ""
    return change.verb.value, change.subject.key + newcomer, change.permission, change.options.scope
