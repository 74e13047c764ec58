"""Every error code, with its cause and its repair: what errors on pages link to."""

from dataclasses import dataclass

from chamberlain.errors import ChamberlainError
from chamberlain.graph.fault import TOKEN_ERRORS
from chamberlain.sentences import SENTENCES, Sentence, explain


@dataclass(frozen=True, slots=True)
class Problem:
    """One code. `numbers` are Microsoft's, as AADSTS puts them before its texts."""

    code: str
    sentence: Sentence
    numbers: tuple[int, ...]


def list_problems() -> tuple[Problem, ...]:
    """All of them, by code. What one error would name stands as a dash."""
    numbers: dict[str, list[int]] = {}
    for number, (_, code) in TOKEN_ERRORS.items():
        numbers.setdefault(code, []).append(number)
    return tuple(
        Problem(code, explain(ChamberlainError(code)), tuple(sorted(numbers.get(code, ()))))
        for code in sorted(SENTENCES)
    )
