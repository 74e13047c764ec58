"""Changes as forms carry them from page to page: "verb id key", one a tick."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from chamberlain.model.kind import Kind
from chamberlain.model.plan import Change, Subject
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.pairs import pair_for
from chamberlain.policy.planning.words import say_change
from chamberlain.queries.changing import Changing

FIELD = "change"
MOST_TICKED = 400  # forms have fewer fields than that; longer lists are pasted


@dataclass(frozen=True, slots=True)
class Tick:
    """A change that can be ticked, as its form sends it and as it is said."""

    value: str
    text: str
    gives: bool


def written(verb: Verb, guid: object, key: str = "") -> str:
    """A change as a form sends it."""
    return f"{verb.value} {guid} {key}".strip()


def read(values: Iterable[str]) -> tuple[Change, ...]:
    """The changes that were ticked, each once; what no form of ours sends is left out."""
    found = ((value, _one(value)) for value in dict.fromkeys(values))
    return tuple(change for _value, change in found if change is not None)[:MOST_TICKED]


def ticks(named: Sequence[tuple[Change, str, str]]) -> tuple[Tick, ...]:
    """Changes with their names, to be shown."""
    return tuple(
        Tick(
            written(change.verb, change.subject.guid, change.permission),
            say_change(change, who=who, what=what),
            change.verb.gives,
        )
        for change, who, what in named
    )


def verb_for(kind: Kind, *, gives: bool, as_owner: bool = False) -> Verb:
    """What gives a permission of this kind, or takes it."""
    if as_owner and kind.is_group:
        return Verb.ADD_OWNER if gives else Verb.REMOVE_OWNER
    return pair_for(kind)[0 if gives else 1]


def can_take(changing: Changing, kind: Kind, *, owner: bool = False) -> bool:
    """Whether holdings of this kind may be ticked to be taken away."""
    return kind in (changing.owner_kinds if owner else changing.kinds)


def _one(value: str) -> Change | None:
    parts = value.split(" ", 2)
    verb = next((one for one in Verb if one.value == parts[0]), None)
    if verb is None or len(parts) < 2:
        return None
    try:
        guid = str(UUID(parts[1]))
    except ValueError:
        return None
    key = parts[2] if len(parts) == 3 else ""
    wanted = verb.family.name.lower() if verb.family else ""
    if verb in _NOT_TICKED or key.partition(":")[0] != wanted or not _KEY.fullmatch(key):
        return None
    return Change(verb, Subject(guid), key)


_KEY = re.compile(r"(?:[a-z_]+(?::[0-9a-f-]{36}){1,2})?")
# What takes more than a tick: properties, another licence, a choice of services.
_NOT_TICKED = frozenset({Verb.CREATE_USER, Verb.UPDATE_USER, Verb.SWAP_LICENCE, Verb.SET_PLANS})
