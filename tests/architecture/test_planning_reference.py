"""The pages of proofs and undo are made from the policy, and say of every verb what there is to say."""

import runpy
from pathlib import Path

import pytest

from chamberlain.model.plan import ProofKind
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.restoring import NEVER_BACK, RESTORING

REFERENCE = runpy.run_path(str(Path(__file__).with_name("planning_reference.py")))


PARTS = {
    "PROOF": ["proofs", "order"],
    "UNDO": ["undos"],
    "PLANS": ["obstacles", "effects", "guards", "rails"],
}


@pytest.mark.parametrize("page", ["PROOF", "UNDO", "PLANS"])
def test_the_page_is_made_from_the_policy(page: str) -> None:
    path = REFERENCE[page]

    assert path.read_text(encoding="utf-8") == REFERENCE["page"](path), "run tests/architecture/planning_reference.py"


@pytest.mark.parametrize(("page", "parts"), PARTS.items())
def test_the_page_has_its_tables(page: str, parts: list[str]) -> None:
    text = REFERENCE[page].read_text(encoding="utf-8")

    for part in parts:
        assert REFERENCE[part]() in text


def test_every_verb_says_what_proves_it_and_whether_it_comes_back() -> None:
    assert list(RESTORING) == list(Verb)
    for row in RESTORING.values():
        assert row.looks_at
        assert row.what.endswith(".")
        assert row.source.startswith("https://learn.microsoft.com/")


def test_only_sessions_and_passwords_never_come_back() -> None:
    assert frozenset({Verb.REVOKE_SESSIONS, Verb.RESET_PASSWORD}) == NEVER_BACK


def test_the_page_says_how_many_steps_cannot_be_proved() -> None:
    text = " ".join(REFERENCE["PROOF"].read_text(encoding="utf-8").split())
    unprovable = [verb for verb, row in RESTORING.items() if row.proof is ProofKind.NONE]

    assert ("No step of today's table is of that sort" in text) is (not unprovable)
