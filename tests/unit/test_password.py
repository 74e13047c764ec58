"""What somebody would guess is no password, and what nobody would is one, of whatever letters."""

import pytest

from chamberlain.policy.password import CONTEXT_WORDS, is_guessable
from chamberlain.store.local_accounts import is_common


def guessable(password: str) -> bool:
    return is_guessable(password, own_words=("Ada Lovelace", "access.example.com"), is_common=is_common)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",  # among the most used
        "Princess2026!",  # one of them with a year
        "!!sunshine!!!!!!",
        "p@$$w0rd-1234",  # spelled with digits
        "monkeydragon",  # two of them
        "abcabcabcabc",
        "aaaaaaaaaaaaaaaa",
        "abcdefghijkl",
        "987654321098765432",
        "Chamberlain2026",  # words of the place
        "microsoft-entra-admin!",
        "ada.lovelace.1",  # whose account it is
        "AccessExample99",
    ],
)
def test_what_somebody_would_guess_is_refused(password: str) -> None:
    assert guessable(password)


@pytest.mark.parametrize(
    "password",
    [
        "quiet lanterns over the fjord",
        "kupferner hahn 7 tanzt",
        "ÄÖÜ straße zwölf",
        "密码短语是一个很长的句子啊",
        "   leading and trailing   ",
        "chamberlain keeps nine herons",
        "x7#Qp!0vLz@w",
        "a" * 5 + "long tail of words" * 10,
    ],
)
def test_what_nobody_would_is_taken_of_whatever_letters(password: str) -> None:
    assert not guessable(password)


def test_the_words_of_the_place_are_those_that_the_page_tells() -> None:
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "how-to" / "sign-in.md").read_text(encoding="utf-8")
    assert [word for word in CONTEXT_WORDS if word not in page] == []


def test_a_password_is_kept_under_a_slow_hash_with_a_salt_of_its_own() -> None:
    from django.contrib.auth.hashers import get_hasher, make_password

    hasher = get_hasher()
    kept = {make_password("quiet lanterns over the fjord") for _ in range(2)}
    assert len(kept) == 2
    assert all(one.startswith("pbkdf2_sha256$") for one in kept)
    # https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#pbkdf2 (2025)
    assert hasher.iterations >= 600_000  # type: ignore[attr-defined]  # PBKDF2's
