"""What a plan comes to for each whom it touches: what they have afterwards and had not, and the other way round."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.kind import Relation
from chamberlain.model.plan import Step, Subject
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.reach import RELATIONS

_ENTERS = frozenset({Consequence.GAINS, Consequence.ENTERS_BY_RULE})
_LEAVES = frozenset({Consequence.LOSES, Consequence.LEAVES_BY_RULE})
_TOLD = _ENTERS | _LEAVES | {Consequence.ALREADY_SO}


@dataclass(frozen=True, slots=True, order=True)
class Had:
    """Something that is held, and how."""

    name: str
    key: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Summary:
    """One whom a plan touches.

    gains, loses  what they have afterwards and had not; what they had and have no more; by name
    others        steps that neither give nor take anything, such as a block; without those that find it so already
    warnings      other consequences, in the order of the steps
    """

    subject: Subject
    name: str
    steps: tuple[Step, ...]
    gains: tuple[Had, ...]
    loses: tuple[Had, ...]
    others: tuple[Step, ...]
    warnings: tuple[Effect, ...]


def summaries(steps: Iterable[Step]) -> tuple[Summary, ...]:
    """Everybody whom the steps touch, in the order in which they are named first."""
    of: dict[Subject, list[Step]] = {}
    for step in steps:
        # Those who are to be created have no id yet, and are told apart by their step.
        who = step.change.subject if step.change.subject.guid else Subject(f"new:{step.number}")
        of.setdefault(who, []).append(step)
    return tuple(_summary(who, mine) for who, mine in of.items())


def _summary(who: Subject, steps: list[Step]) -> Summary:
    moves: dict[Had, int] = {}
    for step in steps:
        for had, by in _moves(step):
            moves[had] = moves.get(had, 0) + by
    return Summary(
        subject=who,
        name=steps[0].subject_name,
        steps=tuple(steps),
        gains=tuple(sorted(had for had, by in moves.items() if by > 0)),
        loses=tuple(sorted(had for had, by in moves.items() if by < 0)),
        others=tuple(step for step in steps if _is_other(step) and not _is_so(step)),
        warnings=tuple(_warnings(steps)),
    )


def _moves(step: Step) -> Iterator[tuple[Had, int]]:
    """What a step gives (1) and takes (-1). What a group's members get or lose is no move of the group itself."""
    asked = Had(step.permission_name, step.change.permission, RELATIONS.get(step.change.verb, Relation.MEMBER))
    keeps = {one.link.key for one in step.effects if one.consequence is Consequence.KEEPS and one.link}
    if not _is_other(step) and not _is_so(step) and not (asked.key in keeps and not step.change.verb.gives):
        yield asked, 1 if step.change.verb.gives else -1
    for effect in step.effects:
        if effect.link is None or "people" in effect.values or effect.consequence not in _ENTERS | _LEAVES:
            continue
        relation = Relation.MEMBER if effect.link.kind.is_group else Relation.ASSIGNED
        yield Had(effect.link.name, effect.link.key, relation), 1 if effect.consequence in _ENTERS else -1


def _warnings(steps: Iterable[Step]) -> list[Effect]:
    """Each once; they cannot be hashed, for they hold mappings."""
    found: list[Effect] = []
    for step in steps:
        for one in step.effects:
            if (one.consequence not in _TOLD or "people" in one.values) and one not in found:
                found.append(one)
    return found


def _is_other(step: Step) -> bool:
    return step.change.verb.family is None or step.change.verb is Verb.SET_PLANS


def _is_so(step: Step) -> bool:
    return any(one.consequence is Consequence.ALREADY_SO for one in step.effects)
