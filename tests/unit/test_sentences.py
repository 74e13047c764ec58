"""Every error has words, and every placeholder a value."""

import string

from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.actor import SYSTEM, Actor, ActorKind
from chamberlain.policy.authority import ALLOWED, Deed, may
from chamberlain.sentences import SENTENCES, explain


def test_each_sentence_says_what_why_and_what_to_do() -> None:
    for code, sentence in SENTENCES.items():
        for text in (sentence.what, sentence.why, sentence.repair):
            assert text.strip(), code


def test_placeholders_are_filled_and_unknown_ones_leave_a_dash() -> None:
    error = Refused("secret_wrong", aadsts=7000215)
    assert "AADSTS7000215" in explain(error).why
    assert "AADSTS–" in explain(Refused("secret_wrong")).why


def test_an_unknown_code_is_told_as_unexpected() -> None:
    assert explain(ChamberlainError("no_such_code")) == SENTENCES["unexpected"]


def test_placeholders_are_plain_names() -> None:
    for sentence in SENTENCES.values():
        for text in (sentence.what, sentence.why, sentence.repair):
            for _, name, _, _ in string.Formatter().parse(text):
                assert name is None or name.isidentifier()


def test_hostile_data_cannot_reach_into_objects() -> None:
    error = Refused("person_not_found", text="{text.__class__}")
    assert "{text.__class__}" in explain(error).why


def test_every_deed_is_denied_without_a_role() -> None:
    nobody = Actor(ActorKind.PERSON, "id", "Nora")
    assert set(ALLOWED) == set(Deed)
    assert not any(may(nobody, deed) for deed in Deed)
    assert all(may(SYSTEM, deed) for deed in Deed)
