"""Everything that differs from the base, with its history: sparse, and readable at any position of the log."""

from collections.abc import Mapping
from typing import Any

from chamberlain.simulator.world.mutation import AttributeFact, Fact, Relation
from chamberlain.simulator.world.reference import Kind, Ref

_Steps = list[tuple[int, Any]]


def _value_at(steps: _Steps, position: int) -> tuple[bool, Any]:
    """(whether anything was said by then, what was said last)."""
    for when, value in reversed(steps):
        if when <= position:
            return True, value
    return False, None


class Overlay:
    """Facts in the order of the log, indexed from the subject and from both ends of a relation."""

    def __init__(self) -> None:
        self._attributes: dict[Ref, dict[str, _Steps]] = {}
        self._edges: dict[tuple[Relation, Ref, Ref], _Steps] = {}
        self._holders: dict[tuple[Relation, Ref], list[Ref]] = {}
        self._targets: dict[tuple[Relation, Ref], list[Ref]] = {}

    def record(self, position: int, fact: Fact) -> None:
        """Add a fact that became true at a position."""
        if isinstance(fact, AttributeFact):
            self._attributes.setdefault(fact.subject, {}).setdefault(fact.name, []).append((position, fact.value))
            return
        key = (fact.relation, fact.holder, fact.target)
        if key not in self._edges:
            self._holders.setdefault((fact.relation, fact.target), []).append(fact.holder)
            self._targets.setdefault((fact.relation, fact.holder), []).append(fact.target)
        self._edges.setdefault(key, []).append((position, fact.holds))

    def attributes(self, subject: Ref, position: int) -> Mapping[str, Any]:
        """Properties of an object that differ from the base; empty for nearly every object."""
        said = self._attributes.get(subject)
        if said is None:
            return {}
        return {name: value for name, steps in said.items() for known, value in [_value_at(steps, position)] if known}

    def changed(self, kind: Kind) -> list[int]:
        """Objects of a kind that any change gave another property, in the order in which they first were."""
        return [ref.serial for ref in self._attributes if ref.kind is kind]

    def edge(self, relation: Relation, holder: Ref, target: Ref, position: int) -> bool | None:
        """Whether a relation holds; None when no change speaks of it and the base decides."""
        if not self._edges:
            return None
        steps = self._edges.get((relation, holder, target))
        return None if steps is None else _value_at(steps, position)[1]

    def holders(self, relation: Relation, target: Ref) -> list[Ref]:
        """Objects that any change relates to a target, in the order in which they first were."""
        return self._holders.get((relation, target), [])

    def targets(self, relation: Relation, holder: Ref) -> list[Ref]:
        """Objects that any change relates a holder to."""
        return self._targets.get((relation, holder), [])

    def speaks_of(self, relation: Relation, holder: Ref) -> bool:
        """Whether any change relates the holder to anything; for nearly every object it does not."""
        return bool(self._edges) and (relation, holder) in self._targets

    def holders_ever_changed(self, relation: Relation) -> set[Ref]:
        """Holders that any change speaks of."""
        return {holder for kind, holder in self._targets if kind is relation}
