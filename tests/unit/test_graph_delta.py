"""Rounds of changes: complete with a link for the next one, or an error."""

from collections.abc import Callable
from typing import Any

import httpx2
import msgspec
import pytest

from chamberlain.errors import Upstream
from chamberlain.graph import retry, shape
from chamberlain.graph.client import Graph
from chamberlain.graph.delta import changes, latest
from chamberlain.graph.page import EMPTY_IN_A_ROW, pages
from graph_stand import ROOT, Answer, ask, refusal

LINK = f"{ROOT}/v1.0/groups/delta()?$skiptoken="
DONE = f"{ROOT}/v1.0/groups/delta()?$deltatoken=t2"
STORED = f"{ROOT}/v1.0/groups/delta()?$deltatoken=t1"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", retry.FIRST_WAIT / 10_000)
    monkeypatch.setattr(retry, "DEADLINE", retry.DEADLINE / 2_000)


def page(*items: dict[str, Any], link: str | None = None, done: str | None = None) -> httpx2.Response:
    links = {"@odata.nextLink": link, "@odata.deltaLink": done}
    return httpx2.Response(200, json={"value": list(items)} | {name: one for name, one in links.items() if one})


def by_link(answers: dict[str, Callable[[], httpx2.Response]]) -> Answer:
    """An answer for each end of an address."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return next(one() for end, one in answers.items() if str(request.url).endswith(end))

    return answer


def read(answer: Answer, start: str = STORED) -> tuple[list[shape.GroupChange], str]:
    async def story(graph: Graph) -> tuple[list[shape.GroupChange], str]:
        found: list[shape.GroupChange] = []
        link = ""
        async for one in changes(graph, start, shape.GroupChange):
            found += one.value
            link = one.delta_link or link
        return found, link

    return ask(answer, story)


def test_a_round_ends_with_the_link_of_the_next_one() -> None:
    joined = {"@odata.type": "#microsoft.graph.user", "id": "u1"}
    left = {**joined, "id": "u2", "@removed": {"reason": "deleted"}}
    gone = {"id": "g2", "@removed": {"reason": "changed"}}
    answers = {
        "t1": lambda: page({"id": "g1", "displayName": "One", "members@delta": [joined]}, link=LINK + "a"),
        "a": lambda: page(link=LINK + "b"),
        "b": lambda: page({"id": "g1", "members@delta": [left]}, gone, done=DONE),
    }
    found, link = read(by_link(answers))
    assert link == DONE
    assert [group.id for group in found] == ["g1", "g1", "g2"]
    assert [(one.id, one.removed) for one in found[0].members_delta or ()] == [("u1", None)]
    assert [(one.id, one.removed) for one in found[1].members_delta or ()] == [("u2", shape.Removed("deleted"))]
    assert found[2].removed == shape.Removed("changed")
    assert found[2].members_delta is None


def test_from_now_on_is_one_question() -> None:
    seen: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(str(request.url))
        return page(done=DONE)

    assert ask(answer, lambda graph: latest(graph, "/groups/delta?$select=id,members")) == DONE
    assert seen == [f"{ROOT}/v1.0/groups/delta?$select=id,members&$deltatoken=latest"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(410, headers={"Location": f"{ROOT}/v1.0/groups/delta?$deltatoken="}),
        refusal(410, "Gone"),
        refusal(400, "syncStateNotFound"),
        refusal(404, "resyncRequired"),
        refusal(400, "Request_BadRequest"),
    ],
)
def test_a_place_that_microsoft_forgot_is_told_apart_from_every_other_error(answer: httpx2.Response) -> None:
    with pytest.raises(Upstream, match="delta_expired"):
        read(by_link({"t1": lambda: answer}))


def test_a_first_round_that_is_refused_is_not_a_forgotten_place() -> None:
    with pytest.raises(Upstream, match="microsoft_refused"):
        read(lambda _request: refusal(400, "Request_BadRequest"), "/groups/delta?$select=id")


def test_a_round_that_expires_half_way_begins_again_three_times() -> None:
    expiries = [1, 1, 1]

    def second() -> httpx2.Response:
        if expiries:
            expiries.pop()
            return refusal(400, "Directory_ExpiredPageToken")
        return page({"id": "g2"}, done=DONE)

    answers = {"t1": lambda: page({"id": "g1"}, link=LINK + "a"), "a": second}
    found, link = read(by_link(answers))
    assert ([group.id for group in found], link) == (["g1", "g1", "g1", "g1", "g2"], DONE)
    expiries.extend([1] * 9)
    with pytest.raises(Upstream, match="delta_expired"):
        read(by_link(answers))


def test_a_page_without_any_link_is_not_the_end_of_a_round() -> None:
    with pytest.raises(Upstream, match="microsoft_unreadable"):
        read(lambda _request: page({"id": "g1"}))


def test_a_round_of_nothing_but_empty_pages_ends_in_an_error() -> None:
    numbers = iter(range(10_000))
    with pytest.raises(Upstream, match="page_empty"):
        read(lambda _request: page(link=f"{LINK}{next(numbers)}"))


def test_a_round_in_circles_ends_in_an_error() -> None:
    with pytest.raises(Upstream, match="page_repeated"):
        read(lambda _request: page({"id": "g1"}, link=LINK + "a"))


def listing(answer: Answer, *, expected: int = 0) -> list[str]:
    async def story(graph: Graph) -> list[str]:
        return [one.id async for page in pages(graph, "/users", shape.User, expected=expected) for one in page.value]

    return ask(answer, story)


def test_a_listing_whose_place_is_forgotten_begins_again_and_counts_everybody_once() -> None:
    expiries = [1]

    def second() -> httpx2.Response:
        if expiries:
            expiries.pop()
            return refusal(400, "DirectoryPageTokenNotFoundException")
        return page({"id": "last"})

    first = [{"id": str(number)} for number in range(150)]
    answers = {"users": lambda: page(*first, link=LINK + "a"), "a": second}
    assert len(listing(by_link(answers), expected=151)) == 301
    expiries.append(1)
    with pytest.raises(Upstream, match="listing_short"):
        listing(by_link(answers), expected=301)


def test_a_listing_of_nothing_but_empty_pages_ends_in_an_error() -> None:
    numbers = iter(range(10_000))
    asked: list[int] = []

    def answer(_request: httpx2.Request) -> httpx2.Response:
        asked.append(1)
        return page(link=f"{LINK}{next(numbers)}")

    with pytest.raises(Upstream, match="page_empty"):
        listing(answer)
    assert len(asked) == EMPTY_IN_A_ROW + 1


def test_a_change_says_only_what_changed() -> None:
    user = msgspec.json.decode(b'{"id":"u","@removed":{"reason":"deleted"}}', type=shape.UserChange)
    assert (user.removed, user.manager_delta, user.license_assignment_states) == (shape.Removed("deleted"), None, None)
    application = msgspec.json.decode(b'{"id":"s","@removed":{"reason":"changed"}}', type=shape.ServicePrincipalChange)
    assert application.removed == shape.Removed("changed")


def test_what_a_delta_is_asked_for_is_what_its_shape_reads() -> None:
    assert shape.select(shape.GroupChange).split(",")[-2:] == ["members", "owners"]
    assert shape.select(shape.UserChange).split(",")[-1] == "manager"
    assert "@" not in shape.select(shape.ServicePrincipalChange) + shape.select(shape.DelegatedGrantChange)
    leaving = shape.select(shape.User, without=frozenset({"licenseAssignmentStates"}))
    assert "licenseAssignmentStates" in shape.select(shape.User)
    assert "licenseAssignmentStates" not in leaving
