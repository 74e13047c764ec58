"""Every wing says the same, and has a word for everything that a plan or a last use can say."""

from chamberlain.model.activity import WhyUnknown
from chamberlain.model.run import Mode, Why
from chamberlain.policy.reading_plan import Sizes, plan
from chamberlain.queries.words import HOW, WHY, WHY_UNKNOWN


def test_there_is_a_word_for_every_reason() -> None:
    assert set(WHY) == set(Why)
    assert set(WHY_UNKNOWN) == set(WhyUnknown)


def test_there_is_a_word_for_every_way_of_reading_that_a_plan_names() -> None:
    ways = {line.way for mode in Mode for line in plan(mode, Why.ASKED, Sizes(), width=1).lines}
    assert ways == set(HOW)
