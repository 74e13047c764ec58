"""Everything that differs from the base, with its history: sparse, and readable at any position of the log."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chamberlain.simulator.world.activity import AuditEntry
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
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref

_Steps = list[tuple[int, Any]]
_REMEMBERED = 8
LICENCES = "licences"
"""What a group hands out to its members."""
SIGN_IN_NAME = "user_principal_name"


class Presence(NamedTuple):
    """What was last said about an object's being there, and when."""

    present: bool
    for_good: bool
    happened: float


def _value_at(steps: _Steps, position: int) -> tuple[bool, Any]:
    """(whether anything was said by then, what was said last)."""
    for when, value in reversed(steps):
        if when <= position:
            return True, value
    return False, None


class Overlay:
    """Facts in the order of the log, indexed from the subject and from both ends of a relation."""

    def __init__(self) -> None:
        self.trail: list[AuditEntry] = []
        self._attributes: dict[Ref, dict[str, _Steps]] = {}
        self._presence: dict[Ref, _Steps] = {}
        self._changed: dict[Ref, None] = {}
        self._sign_in_names: dict[str, list[Ref]] = {}
        self._edges: dict[tuple[Relation, Ref, Ref], _Steps] = {}
        self._holders: dict[tuple[Relation, Ref], list[Ref]] = {}
        self._targets: dict[tuple[Relation, Ref], list[Ref]] = {}
        self._entries: dict[tuple[Shelf, Key], _Steps] = {}
        self._keys: dict[Shelf, list[Key]] = {}
        self._by_holder: dict[tuple[Shelf, Ref | None], list[Key]] = {}
        self._by_target: dict[tuple[Shelf, int | None], list[Key]] = {}
        self._positions: list[int] = []
        self._facts: list[Fact] = []
        self._absent: dict[int, frozenset[Ref]] = {}
        self._created: set[Ref] = set()
        self.licensing: dict[Ref, None] = {}

    def record(self, position: int, fact: Fact, happened: float) -> None:
        """Add a fact that became true at a position."""
        self._positions.append(position)
        self._facts.append(fact)
        match fact:
            case AttributeFact():
                self._record_attribute(position, fact)
            case PresenceFact(subject, present, for_good):
                self._presence.setdefault(subject, []).append((position, Presence(present, for_good, happened)))
            case EdgeFact():
                self._record_edge(position, fact)
            case EntryFact():
                self._record_entry(position, fact)
            case CreatedFact(ref, item):
                self._changed[ref] = None
                self._created.add(ref)
                self._absent.clear()  # what is new was absent at every position before
                if isinstance(item, Person):
                    self._sign_in_names.setdefault(item.user_principal_name.lower(), []).append(ref)

    def _record_attribute(self, position: int, fact: AttributeFact) -> None:
        self._attributes.setdefault(fact.subject, {}).setdefault(fact.name, []).append((position, fact.value))
        self._changed[fact.subject] = None
        if fact.name == LICENCES:
            self.licensing[fact.subject] = None
        if fact.name == SIGN_IN_NAME:
            self._sign_in_names.setdefault(fact.value.lower(), []).append(fact.subject)

    def _record_edge(self, position: int, fact: EdgeFact) -> None:
        key = (fact.relation, fact.holder, fact.target)
        if key not in self._edges:
            self._holders.setdefault((fact.relation, fact.target), []).append(fact.holder)
            self._targets.setdefault((fact.relation, fact.holder), []).append(fact.target)
        self._edges.setdefault(key, []).append((position, fact.holds))

    def _record_entry(self, position: int, fact: EntryFact) -> None:
        key = (fact.shelf, fact.key)
        if key not in self._entries:
            self._keys.setdefault(fact.shelf, []).append(fact.key)
            self._by_holder.setdefault((fact.shelf, fact.holder), []).append(fact.key)
            self._by_target.setdefault((fact.shelf, fact.target), []).append(fact.key)
        self._entries.setdefault(key, []).append((position, fact.item))

    def facts(self, after: int, until: int) -> Iterator[Fact]:
        """Facts that became true after one position and by another, in their order."""
        first, last = bisect_right(self._positions, after), bisect_right(self._positions, until)
        return (self._facts[place] for place in range(first, last))

    def attributes(self, subject: Ref, position: int) -> Mapping[str, Any]:
        """Properties of an object that differ from the base; empty for nearly every object."""
        said = self._attributes.get(subject)
        if said is None:
            return {}
        return {name: value for name, steps in said.items() for known, value in [_value_at(steps, position)] if known}

    def changed(self, kind: Kind) -> list[int]:
        """Objects of a kind that any change made or gave another property, in the order in which they first were."""
        return [ref.serial for ref in self._changed if ref.kind is kind]

    def sign_in_name_holders(self, name: str) -> list[Ref]:
        """People who were ever given this sign-in name, in small letters."""
        return self._sign_in_names.get(name, [])

    def presence(self, subject: Ref, position: int) -> Presence | None:
        """What was last said about an object's being there; None when nothing was by then."""
        steps = self._presence.get(subject)
        return None if steps is None else _value_at(steps, position)[1]

    def moved(self) -> Iterator[Ref]:
        """Objects that ever came or went."""
        return iter(self._presence)

    def absent(self, position: int, waiting: frozenset[Ref]) -> frozenset[Ref]:
        """Objects that exist at some time and are not in the tenant at this position."""
        known = self._absent.get(position)
        if known is None:
            said = {ref: _value_at(steps, position)[1] for ref, steps in self._presence.items()}
            gone = {ref for ref, last in said.items() if (ref in self._created if last is None else not last.present)}
            back = {ref for ref, presence in said.items() if presence is not None and presence.present}
            known = frozenset((waiting - back) | gone)
            while len(self._absent) >= _REMEMBERED:
                self._absent.pop(next(iter(self._absent)))
            self._absent[position] = known
        return known

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

    def entry(self, shelf: Shelf, key: Key, position: int) -> tuple[bool, Any]:
        """(whether changes speak of the entry by then, what it is: None when it was taken away)."""
        steps = self._entries.get((shelf, key))
        return (False, None) if steps is None else _value_at(steps, position)

    def keys(self, shelf: Shelf) -> list[Key]:
        """Keys of a collection that any change speaks of, in the order in which they first were."""
        return self._keys.get(shelf, [])

    def keys_of(self, shelf: Shelf, holder: Ref | None) -> list[Key]:
        """The same for one holder."""
        return self._by_holder.get((shelf, holder), [])

    def keys_at(self, shelf: Shelf, target: int) -> list[Key]:
        """The same for one application."""
        return self._by_target.get((shelf, target), [])

    def holders_of_entries(self, shelf: Shelf) -> set[Ref]:
        """Holders of entries that any change speaks of."""
        return {holder for kind, holder in self._by_holder if kind is shelf and holder is not None}
