"""What a mutation makes true: the words in which the overlay and the truth remember the tenant's past."""

from enum import Enum
from typing import Any, NamedTuple

from chamberlain.simulator.world.group import Group
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Ref

Key = tuple[Any, ...]
CONCEALED_NAMES: Key = ("displayConcealedNames",)  # a setting of the tenant itself


class Relation(Enum):
    """Relations between two objects that changes may add or end."""

    MEMBER = "member"
    OWNER = "owner"


class Shelf(Enum):
    """Collections of small entries, each known by its key."""

    ROLE = "role"
    ELIGIBLE = "eligible"
    SCHEDULE = "schedule"
    APP = "app"
    CONSENT = "consent"
    LICENCE = "licence"
    SETTLED = "settled"
    SETTING = "setting"
    MANAGERS = "managers"
    MAILBOX = "mailbox"
    MAILBOX_ACCESS = "mailbox_access"
    DYNAMIC_GROUP = "dynamic_group"


class CreatedFact(NamedTuple):
    """A new object, at the next free place of its kind."""

    ref: Ref
    item: Person | Group


class PresenceFact(NamedTuple):
    """An object is in the tenant from now on, or no longer; `for_good` means that it cannot come back."""

    subject: Ref
    present: bool
    for_good: bool = False


class AttributeFact(NamedTuple):
    """A property of an object has this value from now on."""

    subject: Ref
    name: str
    value: Any


class EdgeFact(NamedTuple):
    """A relation holds from now on, or no longer."""

    relation: Relation
    holder: Ref
    target: Ref
    holds: bool


class EntryFact(NamedTuple):
    """An entry of a collection is this from now on; None takes it away. `target` is the application it is about."""

    shelf: Shelf
    key: Key
    item: Any
    holder: Ref | None
    target: int | None = None


Fact = CreatedFact | PresenceFact | AttributeFact | EdgeFact | EntryFact


def speaks_of(fact: Fact) -> tuple[Ref, ...]:
    """Objects that have to be in the tenant for the fact to make sense."""
    match fact:
        case AttributeFact():
            return (fact.subject,)
        case EdgeFact():
            return (fact.holder, fact.target)
        case EntryFact():
            return () if fact.holder is None else (fact.holder,)
        case _:
            return ()
