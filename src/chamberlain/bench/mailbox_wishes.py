"""Wishes about mailboxes, drawn by chance from what Exchange says of them; and mailboxes that somebody has set."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chamberlain.bench.mailbox_state import RIGHTS
from chamberlain.bench.simulated import Reached
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.verb import Verb

MOST_MAILBOXES, MOST_OF_ONE = 4, 2
SET_MAILBOXES = 40
GIVE = {
    "full_access": Verb.GIVE_FULL_ACCESS,
    "send_as": Verb.GIVE_SEND_AS,
    "send_on_behalf": Verb.GIVE_SEND_ON_BEHALF,
}
TAKE = {
    "full_access": Verb.TAKE_FULL_ACCESS,
    "send_as": Verb.TAKE_SEND_AS,
    "send_on_behalf": Verb.TAKE_SEND_ON_BEHALF,
}
_RIGHTS = {"full_access": "FullAccess", "send_as": "SendAs", "send_on_behalf": "SendOnBehalf"}
Box = Mapping[str, Any]
Said = dict[str, str | bool | None]


def draw(boxes: Sequence[Box], people: Sequence[str], *, chance: random.Random) -> Iterator[Change]:
    """A few changes of a few mailboxes, each thing of a mailbox once.

    people  who may be let in, or get mail
    """
    wanted = [box for box in boxes if box["id"] in people]
    for box in chance.sample(wanted, min(len(wanted), chance.randint(0, MOST_MAILBOXES))):
        others = [one for one in people if one != box["id"]]
        for family in chance.sample(_FAMILIES, chance.randint(1, MOST_OF_ONE)) if others else ():
            verb, said = family(box, chance.choice(others), chance)
            yield Change(verb, Subject(box["id"]), options=Options(properties=said))


def set_some(simulator: Reached, people: Sequence[str]) -> None:
    """Somebody has set mailboxes, so that there is something to end."""
    chosen = people[:SET_MAILBOXES]
    for place, one in enumerate(chosen):
        other = chosen[place - 1]
        if place % 2:
            change = {"hidden": True, "forwarding_address": other, "deliver_and_forward": place % 4 == 1}
            replies = {"status": "alwaysEnabled", "internalReplyMessage": "Away", "externalAudience": "none"}
            simulator.post("/_simulator/mutations", {"kind": "set_mailbox", "user": one, **change, "replies": replies})
        else:
            for right in RIGHTS:
                given = {"mailbox": one, "trustee": other, "right": _RIGHTS[right]}
                simulator.post("/_simulator/mutations", {"kind": "grant_mailbox", **given})


def _replies(box: Box, _other: str, chance: random.Random) -> tuple[Verb, Said]:
    if box["replies"]["status"] != "disabled" and chance.random() < 0.5:
        return Verb.END_REPLIES, {}
    said: Said = {"internalReplyMessage": f"Back in {chance.randint(1, 99)} days"}
    return Verb.SET_REPLIES, said | ({"externalReplyMessage": "Gone"} if chance.random() < 0.5 else {})


def _forwarding(box: Box, other: str, chance: random.Random) -> tuple[Verb, Said]:
    if box["forwards_to"] and chance.random() < 0.5:
        return Verb.END_FORWARDING, {}
    if chance.random() < 0.3:
        return Verb.SET_FORWARDING, {"forwardOutside": f"p{chance.randint(1, 99)}@partner.example"}
    return Verb.SET_FORWARDING, {"forwardTo": other, "keepCopy": chance.random() < 0.5}


def _lists(box: Box, _other: str, _chance: random.Random) -> tuple[Verb, Said]:
    return (Verb.SHOW_IN_LISTS if box["hidden"] else Verb.HIDE_FROM_LISTS), {}


def _kind(box: Box, _other: str, _chance: random.Random) -> tuple[Verb, Said]:
    return (Verb.MAKE_PERSONAL if box["type"] == "SharedMailbox" else Verb.MAKE_SHARED), {}


def _access(right: str) -> Callable[[Box, str, random.Random], tuple[Verb, Said]]:
    def of_right(box: Box, other: str, _chance: random.Random) -> tuple[Verb, Said]:
        held = box[right]
        return (TAKE[right], {"delegate": held[0]}) if held else (GIVE[right], {"delegate": other})

    return of_right


_FAMILIES: tuple[Callable[[Box, str, random.Random], tuple[Verb, Said]], ...] = (
    _replies,
    _forwarding,
    _lists,
    _kind,
    *map(_access, RIGHTS),
)
