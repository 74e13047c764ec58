"""A `Graph` over answers that a test makes up, byte for byte."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import httpx2
import msgspec

from chamberlain.graph.client import Endpoint, Graph, Priority, graph_over
from chamberlain.graph.token import Credential
from chamberlain.model.permit import NO_PERMITS, Permit

ROOT = "https://graph.example"
TOKEN = {"access_token": "h.e30.s", "expires_in": 3600}
Value = TypeVar("Value")
Answer = Callable[[httpx2.Request], httpx2.Response]


def ask(
    answer: Answer,
    story: Callable[[Graph], Awaitable[Value]],
    *,
    token: Answer | None = None,
    priority: Priority = Priority.BULK,
    deadline: timedelta | None = None,
    in_flight: int = 4,
    permits: frozenset[Permit] = NO_PERMITS,
) -> Value:
    """What a story makes of the answers."""

    def respond(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/token"):
            return token(request) if token else httpx2.Response(200, json=TOKEN)
        return answer(request)

    async def run() -> Value:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(respond)) as http:
            endpoint = Endpoint("https://login.example", ROOT, in_flight=in_flight)
            graph = graph_over(
                http, endpoint, Credential("t", "c", "s"), priority=priority, deadline=deadline, permits=permits
            )
            return await story(graph)

    return asyncio.run(run())


def parts_of(request: httpx2.Request) -> list[dict[str, Any]]:
    """The questions in a batch."""
    parts: list[dict[str, Any]] = msgspec.json.decode(request.content)["requests"]
    return parts


def batch(*parts: dict[str, Any]) -> httpx2.Response:
    """The answer to a batch."""
    return httpx2.Response(200, json={"responses": list(parts)})


def refusal(status: int, code: str = "", **headers: str) -> httpx2.Response:
    """An answer with an error in it."""
    return httpx2.Response(status, json={"error": {"code": code}}, headers=headers)
