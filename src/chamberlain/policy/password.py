"""Which passwords somebody would guess who knows the most used ones, this product, and whose account it is.

source  OWASP ASVS 5.0, 6.2.4, 6.2.11 and 6.2.12 (2025); NIST SP 800-63B-4 (2025), 3.1.1.2: no rules about kinds of
        letters, but no passwords that are commonly used, expected, or compromised
"""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

CONTEXT_WORDS = (
    "chamberlain",
    "microsoft",
    "office365",
    "m365",
    "entra",
    "azure",
    "graph",
    "tenant",
    "administrator",
    "admin",
    "auditor",
    "governance",
    "access",
    "breakglass",
    "emergency",
)
"""Words that this product brings to mind; docs/how-to/sign-in.md lists them."""

LEAST_OF_ONES_OWN = 6
"""Letters and digits that are left when the words of the place are taken out."""

LONGEST_PERIOD = 6
SHORTEST_WORD = 3
_SPELLINGS = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_BETWEEN = re.compile(r"[\W_]+")


def is_guessable(password: str, *, own_words: Iterable[str], is_common: Callable[[str], bool]) -> bool:
    """Whether it is a common password, one with numbers around it, two of them, a pattern, or words of the place.

    own_words  the name of the account, of the host: what a stranger would try for this one
    is_common  whether a text is among the most used passwords, which are known from breaches
    """
    text = password.casefold()
    return (
        any(is_common(one) for one in {password, text, *_stems(text)})
        or _is_two(text, is_common)
        or _is_pattern(text)
        or _is_of_the_place(text, own_words)
    )


def _stems(text: str) -> set[str]:
    """What is left without the numbers and signs at its ends, as written and as people spell it with digits."""
    stems = {_EDGES.sub("", text), _EDGES.sub("", text.translate(_SPELLINGS)), _BETWEEN.sub("", text)}
    return {one for one in stems if len(one) > SHORTEST_WORD}


def _is_two(text: str, is_common: Callable[[str], bool]) -> bool:
    return any(is_common(text[:at]) and is_common(text[at:]) for at in range(4, len(text) - 3))


def _is_pattern(text: str) -> bool:
    """The same few characters again and again, or characters that follow each other."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    repeats = any(text == (text[:size] * len(text))[: len(text)] for size in range(1, LONGEST_PERIOD + 1))
    return repeats or len(steps) == 1


def _is_of_the_place(text: str, own_words: Iterable[str]) -> bool:
    left = _BETWEEN.sub("", text)
    parts = {part for word in own_words for part in _BETWEEN.split(word.casefold())}
    for word in sorted({*CONTEXT_WORDS, *parts}, key=len, reverse=True):
        if len(word) >= SHORTEST_WORD:
            left = left.replace(word, "")
    return len(left) < LEAST_OF_ONES_OWN
