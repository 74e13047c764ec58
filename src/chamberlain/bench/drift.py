"""What somebody else does in the tenant, in the admin centre, to what a plan touches."""

import random
import urllib.error
from collections.abc import Iterator, Sequence
from typing import Any

from chamberlain.bench.mailbox_state import Fact
from chamberlain.bench.simulated import Reached
from chamberlain.bench.tenant_state import ACCOUNT, State, place_of
from chamberlain.model.plan import Change, SubjectType
from chamberlain.model.verb import Verb

MOST = 3


def drift(simulator: Reached, changes: Sequence[Change], *, chance: random.Random) -> int:
    """Somebody else changes up to three of these things; how many came to pass."""
    wanted = [one for change in changes for one in _mutations(change)]
    chosen = chance.sample(wanted, min(len(wanted), chance.randint(1, MOST)))
    return sum(_mutate(simulator, one) for one in chosen)


def touched_by_others(before: State, now: State) -> "Others":
    """What is between two states that only others made differ."""
    differing = before ^ now
    return Others(
        frozenset(place_of(fact) for fact in differing), frozenset(fact[1] for fact in differing if fact[0] == ACCOUNT)
    )


class Others:
    """Places that others touched, and people who came or went with all that is theirs."""

    def __init__(self, places: frozenset[Fact] = frozenset(), people: frozenset[str] = frozenset()) -> None:
        self._places = places
        self.people = people

    def __bool__(self) -> bool:
        return bool(self._places)

    def __contains__(self, fact: Fact) -> bool:
        return place_of(fact) in self._places or fact[1] in self.people or fact[2] in self.people


def _mutations(change: Change) -> Iterator[dict[str, Any]]:
    """The opposite of a change, or of what it wants; and now and then its subject is gone altogether."""
    if change.subject.type is not SubjectType.ACCOUNT or not change.subject.guid:
        return
    who, key = change.subject.guid, change.permission.partition(":")[2]
    match change.verb:
        case Verb.ADD_MEMBER | Verb.REMOVE_MEMBER:
            yield {"kind": "add_member", "group": key, "member": who}
            yield {"kind": "remove_member", "group": key, "member": who}
        case Verb.UPDATE_USER if "displayName" in change.options.properties:
            yield {"kind": "rename_user", "user": who, "display_name": "Somebody Else"}
        case Verb.BLOCK | Verb.ENABLE:
            yield {"kind": "update_user", "user": who, "account_enabled": change.verb is Verb.BLOCK}
        case Verb.ASSIGN_APP_ROLE | Verb.ASSIGN_ROLE:
            yield {"kind": "delete_user", "user": who}


def _mutate(simulator: Reached, mutation: dict[str, Any]) -> bool:
    """Whether it came to pass: what is so already is refused."""
    try:
        simulator.post("/_simulator/mutations", mutation)
    except urllib.error.HTTPError:
        return False
    return True
