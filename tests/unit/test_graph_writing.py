"""Writes over the wire: sent once, 20 to a round trip, and again only what was surely not done."""

import httpx2
import pytest

from chamberlain.errors import ChamberlainError, Refused
from chamberlain.graph.client import Graph
from chamberlain.graph.quota.price import price
from chamberlain.graph.write import Write
from chamberlain.model.permit import Permit
from chamberlain.model.quota import Workload
from graph_stand import ask, batch, parts_of, refusal

PERMITS = frozenset({Permit("DELETE", "/groups/*/members/*/$ref")})


def leave(number: int) -> Write:
    return Write("DELETE", f"/groups/one/members/m{number}/$ref")


def test_twenty_go_in_a_round_trip_and_each_answer_finds_its_write() -> None:
    sizes: list[int] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("$batch"):
            sizes.append(1)
            return httpx2.Response(204)
        parts = parts_of(request)
        sizes.append(len(parts))
        told = [
            {"id": part["id"], "status": 404 if "/m7/" in part["url"] else 204, "body": {"error": {"code": "x"}}}
            for part in reversed(parts)
        ]
        return batch(*told)

    async def story(graph: Graph) -> list[ChamberlainError | None]:
        return await graph.write([leave(number) for number in range(41)])

    found = ask(answer, story, permits=PERMITS)
    assert sorted(sizes) == [1, 20, 20]
    assert [number for number, error in enumerate(found) if error is not None] == [7]
    assert found[7] is not None
    assert found[7].code == "graph_not_found"


def test_only_what_microsoft_had_no_time_for_is_sent_again() -> None:
    sent: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        parts = parts_of(request) if request.url.path.endswith("$batch") else [{"id": "", "url": request.url.path}]
        is_first = not sent
        sent.extend(part["url"].removeprefix("/v1.0") for part in parts)
        if not is_first:
            return httpx2.Response(204)
        busy = {"status": 429, "headers": {"Retry-After": "0"}, "body": {"error": {"code": "TooManyRequests"}}}
        bad = {"status": 500, "body": {"error": {"code": "y"}}}
        return batch({"id": "0", "status": 204}, {"id": "1", **busy}, {"id": "2", **bad})

    async def story(graph: Graph) -> list[ChamberlainError | None]:
        return await graph.write([leave(0), leave(1), leave(2)])

    found = ask(answer, story, permits=PERMITS)
    assert sent == [leave(0).path, leave(1).path, leave(2).path, leave(1).path]
    assert [error.code if error else None for error in found] == [None, None, "microsoft_failing"]


def test_an_answer_that_got_lost_is_not_asked_for_again() -> None:
    calls: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        calls.append(request.url.path)
        raise httpx2.ReadTimeout("too late", request=request)

    async def story(graph: Graph) -> list[ChamberlainError | None]:
        return await graph.write([leave(0)])

    (error,) = ask(answer, story, permits=PERMITS)
    assert error is not None
    assert error.code == "network_unreachable"
    assert len(calls) == 1


def test_a_token_that_ended_lets_a_write_go_once_more() -> None:
    calls: list[int] = []

    def answer(_request: httpx2.Request) -> httpx2.Response:
        calls.append(1)
        return refusal(401, "InvalidAuthenticationToken") if len(calls) == 1 else httpx2.Response(204)

    async def story(graph: Graph) -> list[ChamberlainError | None]:
        return await graph.write([leave(0)])

    assert ask(answer, story, permits=PERMITS) == [None]


def test_nothing_of_a_batch_leaves_where_one_part_may_not() -> None:
    def answer(_request: httpx2.Request) -> httpx2.Response:
        pytest.fail("it left")

    async def story(graph: Graph) -> list[ChamberlainError | None]:
        return await graph.write([leave(0), Write("DELETE", "/users/one")])

    with pytest.raises(Refused, match="write_refused"):
        ask(answer, story, permits=PERMITS)


def test_a_write_draws_on_the_quota_of_writes_and_a_question_does_not() -> None:
    drawn = {
        (method, path): [charge.bucket.workload for charge in price(method, path).charges]
        for method, path in (
            ("DELETE", "/groups/one/members/two/$ref"),
            ("PATCH", "/groups/one"),
            ("POST", "/users/one/assignLicense"),
            ("GET", "/groups/one"),
            ("POST", "/directoryObjects/getByIds"),
        )
    }
    writing, asking = [Workload.DIRECTORY_WRITES, Workload.DIRECTORY], [Workload.DIRECTORY]
    assert list(drawn.values()) == [writing, writing, writing, asking, asking]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "write_not_taken"), (403, "write_denied"), (404, "graph_not_found"), (409, "microsoft_busy")],
)
@pytest.mark.parametrize("writes", [1, 2])
def test_a_refusal_means_what_it_means_for_a_change(status: int, code: str, writes: int) -> None:
    body = {"error": {"code": "x", "message": "m" * 1_000}}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("$batch"):
            return batch(*({"id": part["id"], "status": status, "body": body} for part in parts_of(request)))
        return httpx2.Response(status, json=body)

    async def story(graph: Graph) -> list[ChamberlainError | None]:
        return await graph.write([leave(number) for number in range(writes)])

    errors = ask(answer, story, permits=PERMITS)
    assert [error.code for error in errors if error] == [code] * writes
    if status == 400:
        assert [error.data["said"] for error in errors if error] == ["m" * 300] * writes
