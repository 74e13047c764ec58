"""How many seats of a licence are free, without counting everybody again for each write."""

from collections import Counter
from collections.abc import Iterable, Iterator

from chamberlain.simulator.graph.writes.expiration import moment
from chamberlain.simulator.world.fact import AttributeFact, EdgeFact, EntryFact, Fact, PresenceFact, Relation, Shelf
from chamberlain.simulator.world.licence import State
from chamberlain.simulator.world.mutation.people import SettleLicence
from chamberlain.simulator.world.overlay import LICENCES
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

COUNT_VIOLATION = "CountViolation"


class Seats:
    """Seats in use, carried along from one position of the log to the next."""

    def __init__(self) -> None:
        self._position: int | None = None
        self._used: Counter[str] = Counter()

    def free(self, view: View, sku: str) -> int:
        """What is bought less what is used; below zero for a licence that is over-assigned."""
        self._carry_to(view)
        bought = next(one for one in view.base.subscriptions() if one.sku.id == sku)
        return bought.enabled + bought.warning - self._used[sku]

    def _carry_to(self, view: View) -> None:
        if self._position is None or self._position > view.position:
            self._used = Counter(view.consumed_units())
        elif self._position < view.position:
            facts = list(view.facts_since(self._position))
            if any(isinstance(fact, AttributeFact) and fact.name == LICENCES for fact in facts):
                self._used = Counter(view.consumed_units())
            else:
                self._count_again(view.at(self._position), view, facts)
        self._position = view.position

    def _count_again(self, before: View, now: View, facts: list[Fact]) -> None:
        for holder in {ref for fact in facts for ref in _concerned(fact)}:
            if holder.kind is Kind.USER:
                if before.present(holder):
                    self._used.subtract(before.held_licences(holder.serial).keys())
                if now.present(holder):
                    self._used.update(now.held_licences(holder.serial).keys())


def short_of_seats(seats: Seats, view: View, sku: str, people: Iterable[Ref]) -> list[Ref]:
    """Those for whom no seat is left when a group hands a licence out to all of them, in their order."""
    new = [ref for ref in people if ref.kind is Kind.USER and sku not in view.held_licences(ref.serial)]
    return new[max(0, seats.free(view, sku)) :] if new else []


def unseated(view: View, group: Ref, sku: str, people: Iterable[Ref]) -> list[SettleLicence]:
    """What becomes of the licence for people without a seat, until they are gone through again."""
    target, now = view.base.guid(group), moment()
    return [SettleLicence(view.base.guid(ref), sku, target, now, State.ERROR, COUNT_VIOLATION) for ref in people]


def seated_again(view: View, group: Ref, sku: str, people: Iterable[Ref]) -> list[SettleLicence]:
    """What becomes of the licence for people who were in the group before, when it had no seat for them."""
    target, now = view.base.guid(group), moment()
    before = [ref for ref in people if view.entry(Shelf.SETTLED, (ref.serial, sku, group.serial), ref) is not None]
    return [SettleLicence(view.base.guid(ref), sku, target, now) for ref in before if ref.kind is Kind.USER]


def _concerned(fact: Fact) -> Iterator[Ref]:
    """Whose licences may have changed."""
    match fact:
        case PresenceFact(subject):
            yield subject
        case EdgeFact(Relation.MEMBER, holder):
            yield holder
        case EntryFact(Shelf.LICENCE | Shelf.SETTLED, _, _, holder) if holder is not None:
            yield holder
