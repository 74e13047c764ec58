"""What a tenant's mailboxes are like, by Exchange's own account, and what changes ought to make of them."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from chamberlain.model.plan import Change
from chamberlain.model.verb import Verb

Fact = tuple[str, ...]
TYPE, HIDDEN, FORWARDS, MAY, REPLIES = "mailbox", "hidden", "forwards", "may", "replies"
RIGHTS = ("full_access", "send_as", "send_on_behalf")
_TAG = re.compile(r"<[^>]*>")


def facts_of(mailboxes: Iterable[dict[str, Any]]) -> Iterator[Fact]:
    """Mailboxes as facts; the second part is whose it is, the third whom a fact names besides."""
    for one in mailboxes:
        guid, replies = one["id"], one["replies"]
        yield TYPE, guid, "", str(one["type"] == "SharedMailbox")
        yield HIDDEN, guid, "", str(one["hidden"])
        outside = str(one["forwarding_smtp_address"] or "").removeprefix("smtp:")
        yield FORWARDS, guid, one["forwards_to"] or "", outside, str(one["deliver_and_forward"])
        yield from ((MAY, guid, who, right) for right in RIGHTS for who in one[right])
        said = (_read(replies[name]) for name in ("internalReplyMessage", "externalReplyMessage"))
        yield REPLIES, guid, "", replies["status"], replies["externalAudience"], *said


def _read(reply: str) -> str:
    """What people read of it: Exchange wraps it in a page of its own."""
    return " ".join(_TAG.sub(" ", reply).split())


def _set_one(name: str, *values: str) -> Callable[[set[Fact], Change], None]:
    """A fact of which each mailbox has one."""

    def change_it(facts: set[Fact], change: Change) -> None:
        _replace(facts, (name, change.subject.guid, "", *values))

    return change_it


def _give(right: str) -> Callable[[set[Fact], Change], None]:
    return lambda facts, change: facts.add((MAY, change.subject.guid, _delegate(change), right))


def _take(right: str) -> Callable[[set[Fact], Change], None]:
    return lambda facts, change: facts.discard((MAY, change.subject.guid, _delegate(change), right))


def _delegate(change: Change) -> str:
    return str(change.options.properties["delegate"])


def _forward(facts: set[Fact], change: Change) -> None:
    """Where forwarding ends and nothing is said of copies, they are kept as before."""
    said = change.options.properties
    keeps = said.get("keepCopy")
    if keeps is None and change.verb is Verb.END_FORWARDING:
        copy = next(fact[4] for fact in facts if fact[:2] == (FORWARDS, change.subject.guid))
    else:
        copy = str(keeps is not False)
    where = (str(said.get(name) or "") for name in ("forwardTo", "forwardOutside"))
    _replace(facts, (FORWARDS, change.subject.guid, *where, copy))


def _reply(facts: set[Fact], change: Change) -> None:
    """What is not named stays, but that nobody outside hears of what says nothing to them."""
    said = change.options.properties
    *_, audience, inside, outside = next(fact for fact in facts if fact[:2] == (REPLIES, change.subject.guid))
    sets = change.verb is Verb.SET_REPLIES
    heard = "all" if said.get("externalReplyMessage") else "none"
    wanted = (
        "alwaysEnabled" if sets else "disabled",
        str(said.get("externalAudience") or (heard if sets else audience)),
        _read(str(said.get("internalReplyMessage", inside))),
        _read(str(said.get("externalReplyMessage", outside))),
    )
    _replace(facts, (REPLIES, change.subject.guid, "", *wanted))


def _replace(facts: set[Fact], fact: Fact) -> None:
    """Who has no mailbox gets none by a change of it."""
    before = {one for one in facts if one[:2] == fact[:2]}
    if before:
        facts -= before
        facts.add(fact)


DEEDS: dict[Verb, Callable[[set[Fact], Change], None]] = {
    Verb.SET_REPLIES: _reply,
    Verb.END_REPLIES: _reply,
    Verb.SET_FORWARDING: _forward,
    Verb.END_FORWARDING: _forward,
    Verb.HIDE_FROM_LISTS: _set_one(HIDDEN, "True"),
    Verb.SHOW_IN_LISTS: _set_one(HIDDEN, "False"),
    Verb.MAKE_SHARED: _set_one(TYPE, "True"),
    Verb.MAKE_PERSONAL: _set_one(TYPE, "False"),
    Verb.GIVE_FULL_ACCESS: _give("full_access"),
    Verb.TAKE_FULL_ACCESS: _take("full_access"),
    Verb.GIVE_SEND_AS: _give("send_as"),
    Verb.TAKE_SEND_AS: _take("send_as"),
    Verb.GIVE_SEND_ON_BEHALF: _give("send_on_behalf"),
    Verb.TAKE_SEND_ON_BEHALF: _take("send_on_behalf"),
}
