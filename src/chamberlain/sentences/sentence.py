"""What is said of an error."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened, why, and what to do; each one sentence, each may be translated on its own."""

    what: str
    why: str
    repair: str
