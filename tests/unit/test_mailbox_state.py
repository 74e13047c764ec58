"""What the measurement of plans expects of mailboxes, written down apart from what carries plans out."""

from typing import Any

from chamberlain.bench.mailbox_state import DEEDS, Fact, facts_of
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.verb import OF_MAILBOX, Verb

OWN: dict[str, Any] = {
    "id": "anne",
    "type": "UserMailbox",
    "hidden": False,
    "forwards_to": None,
    "forwarding_smtp_address": None,
    "deliver_and_forward": False,
    "full_access": ["bo"],
    "send_as": [],
    "send_on_behalf": [],
    "replies": {
        "status": "disabled",
        "externalAudience": "all",
        "internalReplyMessage": "",
        "externalReplyMessage": "<html>\n<body>\nGone\n</body></html>",
    },
}


def after(verb: Verb, **said: str | bool) -> set[Fact]:
    """What is otherwise than before."""
    before = set(facts_of([OWN]))
    now = set(before)
    DEEDS[verb](now, Change(verb, Subject("anne"), options=Options(properties=said)))
    return now ^ before


def test_every_change_of_mailboxes_has_its_facts() -> None:
    assert DEEDS.keys() == OF_MAILBOX


def test_of_what_a_mailbox_has_one_the_new_takes_the_place_of_the_old() -> None:
    assert after(Verb.HIDE_FROM_LISTS) == {("hidden", "anne", "", "False"), ("hidden", "anne", "", "True")}
    assert after(Verb.SHOW_IN_LISTS) == set()
    assert after(Verb.MAKE_SHARED) == {("mailbox", "anne", "", "False"), ("mailbox", "anne", "", "True")}
    never = ("forwards", "anne", "", "", "False")
    assert after(Verb.SET_FORWARDING, forwardTo="bo") == {never, ("forwards", "anne", "bo", "", "True")}
    outside = ("forwards", "anne", "", "a@b.example", "False")
    assert after(Verb.SET_FORWARDING, forwardOutside="a@b.example", keepCopy=False) == {never, outside}
    assert after(Verb.END_FORWARDING) == set(), "copies stay as they were"


def test_a_reply_keeps_what_is_not_named() -> None:
    before = ("replies", "anne", "", "disabled", "all", "", "Gone")
    inside = ("replies", "anne", "", "alwaysEnabled", "none", "Away", "Gone")
    assert after(Verb.SET_REPLIES, internalReplyMessage="Away") == {before, inside}
    outside = ("replies", "anne", "", "alwaysEnabled", "all", "Away", "Later")
    assert after(Verb.SET_REPLIES, internalReplyMessage="Away", externalReplyMessage="Later") == {before, outside}
    assert after(Verb.END_REPLIES) == set()


def test_access_is_given_and_taken_one_by_one() -> None:
    assert after(Verb.GIVE_SEND_AS, delegate="bo") == {("may", "anne", "bo", "send_as")}
    assert after(Verb.TAKE_FULL_ACCESS, delegate="bo") == {("may", "anne", "bo", "full_access")}
    assert after(Verb.GIVE_FULL_ACCESS, delegate="bo") == set()


def test_who_has_no_mailbox_gets_none_by_a_change() -> None:
    nothing: set[Fact] = set()
    DEEDS[Verb.HIDE_FROM_LISTS](nothing, Change(Verb.HIDE_FROM_LISTS, Subject("anne")))
    assert nothing == set()
