"""Batches: every part stands for itself, and none is lost."""

import json
from typing import Any

import httpx2
import pytest

from chamberlain.errors import ChamberlainError, NotFound, Refused, Upstream
from chamberlain.graph import retry, shape
from chamberlain.graph.client import Graph
from chamberlain.model.quota import Workload
from graph_stand import Answer, ask, batch, parts_of, refusal


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", retry.FIRST_WAIT / 10_000)
    monkeypatch.setattr(retry, "DEADLINE", retry.DEADLINE / 2_000)


def found(part: dict[str, Any], **headers: str) -> dict[str, Any]:
    name = part["url"].split("/")[2].split("?")[0]
    return {"id": part["id"], "status": 200, "headers": headers, "body": {"id": name}}


def failed(part: dict[str, Any], status: int, code: str = "", **headers: str) -> dict[str, Any]:
    return {"id": part["id"], "status": status, "headers": headers, "body": {"error": {"code": code}}}


def read(answer: Answer, count: int) -> tuple[list[shape.Reference | ChamberlainError], Graph]:
    async def story(graph: Graph) -> tuple[list[shape.Reference | ChamberlainError], Graph]:
        paths = [f"/groups/{number}?$select=id" for number in range(count)]
        return await graph.get_many(paths, shape.Reference), graph

    return ask(answer, story)


def names(answers: list[shape.Reference | ChamberlainError]) -> list[str]:
    return [one.id if isinstance(one, shape.Reference) else one.code for one in answers]


def test_answers_come_in_the_order_of_the_questions_twenty_to_a_round_trip() -> None:
    sizes: list[int] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        parts = parts_of(request)
        sizes.append(len(parts))
        return batch(*(found(part) for part in reversed(parts)))

    answers, graph = read(answer, 45)
    assert names(answers) == [str(number) for number in range(45)]
    assert sorted(sizes) == [5, 20, 20]
    assert (graph.spent.requests, graph.spent.round_trips, graph.spent.resource_units) == (45, 3, 45)
    assert graph.spent.by_workload == {Workload.DIRECTORY: 45}


def test_only_parts_that_were_refused_are_asked_again() -> None:
    asked: list[list[str]] = []
    troubles = [{"3": 429, "5": 503, "7": 500, "9": 504, "11": 424}, {"5": 429}, {}]

    def answer(request: httpx2.Request) -> httpx2.Response:
        parts = parts_of(request)
        asked.append([part["id"] for part in parts])
        trouble = troubles[len(asked) - 1]
        return batch(*(failed(part, trouble[part["id"]]) if part["id"] in trouble else found(part) for part in parts))

    answers, graph = read(answer, 20)
    assert names(answers) == [str(number) for number in range(20)]
    assert asked[1:] == [["3", "5", "7", "9", "11"], ["5"]]
    assert graph.spent.throttled == 2
    assert graph.spent.requests == 26


def test_a_part_without_an_answer_is_asked_again_and_never_dropped() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        parts = parts_of(request)
        return batch(*(found(part) for part in parts[: max(len(parts) // 2, 1)]))

    assert names(read(answer, 20)[0]) == [str(number) for number in range(20)]
    with pytest.raises(Upstream, match="batch_part_missing"):
        read(lambda request: batch(*(found(part) for part in parts_of(request)[1:])), 20)


def test_an_answer_to_something_else_changes_nothing() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        parts = parts_of(request)
        stray = {"id": "99", "status": 200, "body": {"id": "stray"}}
        return batch(stray, *(found(part) for part in parts), found({**parts[0], "url": "/groups/again"}))

    assert names(read(answer, 3)[0]) == ["0", "1", "2"]


def test_what_microsoft_means_for_good_is_a_value_in_its_place() -> None:
    statuses = {"1": (404, "Request_ResourceNotFound"), "2": (403, "Authorization_RequestDenied"), "3": (400, "Bad")}

    def answer(request: httpx2.Request) -> httpx2.Response:
        parts = parts_of(request)
        return batch(*(failed(one, *statuses[one["id"]]) if one["id"] in statuses else found(one) for one in parts))

    answers = read(answer, 5)[0]
    assert names(answers) == ["0", "graph_not_found", "scope_missing", "microsoft_refused", "4"]
    assert [type(one) for one in answers[1:4]] == [NotFound, Refused, Upstream]


def test_a_part_that_never_recovers_ends_in_its_error_not_in_a_value() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        parts = parts_of(request)
        return batch(*(failed(one, 500) if one["id"] == "1" else found(one) for one in parts))

    with pytest.raises(Upstream, match="microsoft_failing"):
        read(answer, 3)


@pytest.mark.parametrize(
    "trouble",
    [refusal(429, **{"Retry-After": "0"}), refusal(503), refusal(500), httpx2.Response(200, text='{"responses": [')],
)
def test_trouble_with_the_whole_is_trouble_with_every_part(trouble: httpx2.Response) -> None:
    troubles = [trouble]

    def answer(request: httpx2.Request) -> httpx2.Response:
        return troubles.pop() if troubles else batch(*(found(part) for part in parts_of(request)))

    assert names(read(answer, 3)[0]) == ["0", "1", "2"]


def test_a_token_that_parts_reject_is_renewed_once_for_all_of_them() -> None:
    tokens: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        tokens.append(request.headers["authorization"])
        return batch(*(failed(part, 401) if len(tokens) == 1 else found(part) for part in parts_of(request)))

    assert names(read(answer, 3)[0]) == ["0", "1", "2"]
    always = read(lambda request: batch(*(failed(part, 401) for part in parts_of(request))), 3)[0]
    assert names(always) == ["token_rejected"] * 3


def test_an_unreadable_part_is_asked_again() -> None:
    seen: list[int] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(1)
        parts = parts_of(request)
        broken = [{"id": part["id"], "status": 200, "body": {"name": "no id"}} for part in parts]
        return batch(*(broken if len(seen) == 1 else [found(part) for part in parts]))

    assert names(read(answer, 3)[0]) == ["0", "1", "2"]


def test_what_parts_say_they_cost_is_what_was_spent() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return batch(*(found(part, **{"X-Ms-Resource-Unit": "3"}) for part in parts_of(request)))

    assert read(answer, 4)[1].spent.resource_units == 12


def test_objects_by_id_come_a_thousand_at_a_time() -> None:
    asked: list[int] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        assert request.url.path == "/v1.0/directoryObjects/getByIds"
        assert body["types"] == ["user"]
        asked.append(len(body["ids"]))
        return httpx2.Response(200, json={"value": [{"id": one} for one in body["ids"]]})

    async def story(graph: Graph) -> list[shape.Reference]:
        ids = [str(number) for number in range(2_300)]
        return await graph.by_ids(ids, shape.Reference, types=["user"], select="id,displayName")

    assert len(ask(answer, story)) == 2_300
    assert sorted(asked) == [300, 1_000, 1_000]
