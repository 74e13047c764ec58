"""The living tenant: a base, its log, and the overlay that the log has built."""

import time
from collections.abc import Callable

import msgspec

from chamberlain.simulator.world.activity import AuditEntry
from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.fact import (
    AttributeFact,
    CreatedFact,
    EdgeFact,
    EntryFact,
    Fact,
    PresenceFact,
    Shelf,
    speaks_of,
)
from chamberlain.simulator.world.grown import Grown
from chamberlain.simulator.world.knobs import Knobs
from chamberlain.simulator.world.log import Change, ChangeLog
from chamberlain.simulator.world.mutation import Mutation, MutationRefusedError, decode
from chamberlain.simulator.world.overlay import SIGN_IN_NAME, Overlay
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind
from chamberlain.simulator.world.view import View

Listener = Callable[[Change, tuple[Fact, ...]], None]


class World:
    """The only thing that changes. Readers take a `view` and keep it."""

    def __init__(self, base: Base, log: ChangeLog, knobs: Knobs | None = None) -> None:
        self.origin = base
        self.base = Grown(base)
        self.log = log
        self.knobs = knobs or Knobs()
        self._overlay = Overlay()
        self._listeners: list[Listener] = []
        for change in log.changes(until=log.position):
            mutation = decode(change.mutation)
            self._apply(change, mutation, mutation.facts(self.base))

    def view(self, position: int | None = None) -> View:
        """The tenant at a position of the log, the newest by default."""
        newest = self.log.position if position is None else position
        return View(self.base, self._overlay, newest, self.knobs)

    def listen(self, listener: Listener) -> None:
        """Let somebody know of every change from now on."""
        self._listeners.append(listener)

    def change(self, mutation: Mutation, *, by: str | None = None) -> int:
        """Make a mutation true and return its position. `by` is the application that asked Graph for it.

        raises  MutationRefusedError when it makes no sense or changes nothing
        """
        facts = mutation.facts(self.base)
        _refuse_nonsense(self.view(), facts)
        happened = time.time()
        text = msgspec.json.encode(mutation)
        change = Change(self.log.append(text, happened, by=by), text, happened, by)
        self._apply(change, mutation, facts)
        for listener in self._listeners:
            listener(change, facts)
        return change.position

    def _apply(self, change: Change, mutation: Mutation, facts: tuple[Fact, ...]) -> None:
        for fact in facts:
            if isinstance(fact, CreatedFact):
                self.base.create(fact)
            self._overlay.record(change.position, fact, change.happened)
        self._overlay.trail.extend(
            AuditEntry(change.position, number, change.happened, activity, change.by)
            for number, activity in enumerate(mutation.activities(self.base))
        )


def _refuse_nonsense(view: View, facts: tuple[Fact, ...]) -> None:
    """A mutation has to change something, and everything it speaks of has to be there."""
    for fact in facts:
        for ref in speaks_of(fact):
            if not view.present(ref):
                raise MutationRefusedError(f"{view.base.guid(ref)} is not in the tenant.")
        name = _sign_in_name(fact)
        if name is not None and view.find_user(name) is not None:
            raise MutationRefusedError(
                "Another object with the same value for property userPrincipalName already exists."
            )
        _refuse_presence(view, fact)
        _refuse_licence(view, fact)
    if all(_is_so(view, fact) for fact in facts):
        raise MutationRefusedError("This is the case already.")


def _refuse_presence(view: View, fact: Fact) -> None:
    if not isinstance(fact, PresenceFact):
        return
    if fact.present and view.gone_for_good(fact.subject):
        raise MutationRefusedError("This object is gone for good.")
    if not fact.present and fact.subject.kind is Kind.GROUP and fact.subject.serial in view.licence_groups():
        raise MutationRefusedError("A group with active licences cannot be deleted.")


def _refuse_licence(view: View, fact: Fact) -> None:
    if not isinstance(fact, EntryFact) or fact.shelf is not Shelf.LICENCE or fact.item is None:
        return
    if view.person(fact.key[0]).usage_location is None:
        raise MutationRefusedError("License assignment cannot be done for user with invalid usage location.")


def _sign_in_name(fact: Fact) -> str | None:
    if isinstance(fact, CreatedFact) and isinstance(fact.item, Person):
        return fact.item.user_principal_name
    if isinstance(fact, AttributeFact) and fact.name == SIGN_IN_NAME:
        return str(fact.value)
    return None


def _is_so(view: View, fact: Fact) -> bool:
    match fact:
        case AttributeFact(subject, name, value):
            return bool(view.attribute(subject, name) == value)
        case PresenceFact(subject, present):
            return view.present(subject) is present
        case EdgeFact(relation, holder, target, holds):
            return view.linked(relation, holder, target) is holds
        case EntryFact(shelf, key, item, holder):
            return bool(view.entry(shelf, key, holder) == item)
        case CreatedFact():
            return False
