"""The log folded into the last word about everything: the truth's own memory, which shares nothing with the overlay."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.fact import (
    AttributeFact,
    CreatedFact,
    EdgeFact,
    EntryFact,
    Fact,
    Key,
    PresenceFact,
    Relation,
    Shelf,
)
from chamberlain.simulator.world.grown import Grown
from chamberlain.simulator.world.log import ChangeLog
from chamberlain.simulator.world.mutation import decode
from chamberlain.simulator.world.reference import Ref


class Folded:
    """What the log says at a position."""

    def __init__(self, base: Base, log: ChangeLog, position: int) -> None:
        self.grown = Grown(base)
        self.attributes: dict[tuple[Ref, str], Any] = {}
        self.begun: defaultdict[tuple[Relation, Ref], set[int]] = defaultdict(set)
        self.ended: defaultdict[tuple[Relation, Ref], set[int]] = defaultdict(set)
        self.entries: defaultdict[Shelf, dict[Key, Any]] = defaultdict(dict)
        self._there: dict[Ref, bool] = {}
        self._of: defaultdict[tuple[Shelf, Ref | None], dict[Key, Any]] = defaultdict(dict)
        for change in log.changes(until=position):
            for fact in decode(change.mutation).facts(self.grown):
                self._fold(fact)

    def _fold(self, fact: Fact) -> None:
        match fact:
            case CreatedFact():
                self.grown.create(fact)
            case PresenceFact(subject, present):
                self._there[subject] = present
            case AttributeFact(subject, name, value):
                self.attributes[subject, name] = value
            case EdgeFact(relation, holder, target, holds):
                now, before = (self.begun, self.ended) if holds else (self.ended, self.begun)
                now[relation, holder].add(target.serial)
                before[relation, holder].discard(target.serial)
            case EntryFact(shelf, key, item, holder):
                self.entries[shelf][key] = item
                self._of[shelf, holder][key] = item

    def is_there(self, ref: Ref) -> bool:
        """Whether the object is in the tenant."""
        said = self._there.get(ref)
        return self.grown.present(ref) if said is None else said

    def settled(self, shelf: Shelf, holder: Ref, from_base: Mapping[Any, Any]) -> list[Any]:
        """A holder's entries: those of the base, as the log left them."""
        said = self._of.get((shelf, holder))
        found = from_base if said is None else {**from_base, **said}
        return [item for item in found.values() if item is not None]
