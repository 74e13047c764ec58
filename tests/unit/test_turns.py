"""In which order the engine sends steps that wait for none."""

from chamberlain.model.plan import Change, Step, Subject
from chamberlain.model.verb import Verb
from chamberlain.provision.engine import turn


def step(number: int, verb: Verb, group: str) -> Step:
    return Step(number, Change(verb, Subject(f"person-{number}"), f"group:{group}"), "", "")


def test_what_costs_a_unit_each_goes_first_and_what_shares_requests_stays_together() -> None:
    steps = [
        step(1, Verb.ADD_MEMBER, "b"),
        step(2, Verb.REMOVE_MEMBER, "b"),
        step(3, Verb.ADD_MEMBER, "a"),
        step(4, Verb.ADD_MEMBER, "b"),
        step(5, Verb.ADD_OWNER, "a"),
        step(6, Verb.REMOVE_MEMBER, "a"),
    ]
    assert [one.number for one in sorted(steps, key=turn)] == [5, 6, 2, 3, 1, 4]
