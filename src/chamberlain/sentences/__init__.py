"""For each error code: what happened, why, and what to do, in plain words; a file for each topic.

Placeholders in braces are filled from the error's data. `explain` translates: these literals are the message ids.
"""

from chamberlain.errors import ChamberlainError
from chamberlain.sentences import asking, changing, connecting, exchange, house, messages, people, plans, reading
from chamberlain.sentences.sentence import Sentence

__all__ = ["SENTENCES", "Sentence", "explain"]

SENTENCES: dict[str, Sentence] = (
    people.SENTENCES
    | asking.SENTENCES
    | house.SENTENCES
    | connecting.SENTENCES
    | changing.SENTENCES
    | plans.SENTENCES
    | reading.SENTENCES
    | messages.SENTENCES
    | exchange.SENTENCES
)


def explain(error: ChamberlainError) -> Sentence:
    """The sentence for an error, in the reader's language, with its placeholders filled."""
    template = SENTENCES.get(error.code, SENTENCES["unexpected"])
    known = _Known({key: str(value) for key, value in error.data.items()})
    return Sentence(template.what.format_map(known), template.why.format_map(known), template.repair.format_map(known))


class _Known(dict[str, str]):
    """Leaves a dash where an error carries no value for a placeholder."""

    def __missing__(self, key: str) -> str:
        return "–"
