"""An authenticated, counted, retrying GET."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2
import msgspec

from chamberlain import clock
from chamberlain.errors import ChamberlainError, Refused, Upstream
from chamberlain.graph import retry
from chamberlain.graph.fault import graph_error
from chamberlain.graph.token import Credential, TokenSource

log = logging.getLogger(__name__)
Shape = TypeVar("Shape")
CONNECT_SECONDS = 10.0
READ_SECONDS = 120.0
BOM = b"\xef\xbb\xbf"
EVENTUAL = {"ConsistencyLevel": "eventual"}


@dataclass(slots=True)
class Spent:
    """What a `Graph` has used so far."""

    requests: int = 0
    resource_units: int = 0
    throttled: int = 0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A cloud's hosts, and how many requests we keep in flight there."""

    login_root: str
    graph_root: str
    in_flight: int = 16


@dataclass(slots=True)
class Graph:
    """Reads one tenant. Only GET is offered here: nothing that changes a tenant can be said.

    on_spent  called after every answer, for progress
    """

    http: httpx2.AsyncClient
    tokens: TokenSource
    root: str
    gate: asyncio.Semaphore
    spent: Spent = field(default_factory=Spent)
    on_spent: Callable[[Spent], None] = lambda _spent: None

    async def get(self, path: str, shape: type[Shape], *, headers: dict[str, str] | None = None) -> Shape:
        """The answer to GET `path`, decoded, asked again where that can help.

        path     below /v1.0, e.g. "/organization"; or an absolute link under the Graph root, as it was given
        raises   NotFound, Refused, Upstream; see `fault.graph_error`
        """
        url = self.absolute(path)
        renewed = False
        async with self.gate:
            for attempt in range(1, retry.ATTEMPTS):
                try:
                    return await self._ask(url, shape, headers or {})
                except _Again as again:
                    if again.is_rejection and renewed:
                        raise again.error from None
                    renewed = renewed or again.is_rejection
                    wait = retry.backoff(attempt) if again.wait is None else again.wait
                    log.info("asking again in %.1f s: %s", wait.total_seconds(), again.error)
                    await asyncio.sleep(wait.total_seconds())
            try:
                return await self._ask(url, shape, headers or {})
            except _Again as again:
                raise again.error from None

    def absolute(self, path: str) -> str:
        """The URL of a path; links are checked first, so that the token goes to Graph and nowhere else.

        raises  Refused("foreign_link")
        """
        if path.startswith("/"):
            return f"{self.root}/v1.0{path}"
        root, link = urlsplit(self.root), urlsplit(path)
        if (link.scheme, link.netloc.lower()) != (root.scheme, root.netloc.lower()):
            raise Refused("foreign_link", host=link.netloc)
        return path

    async def _ask(self, url: str, shape: type[Shape], headers: dict[str, str]) -> Shape:
        token = await self._token()
        response = await self._send(url, {"Authorization": f"Bearer {token}", **headers})
        path, request_id = urlsplit(url).path, response.headers.get("request-id", "")
        if response.status_code == 200:
            try:
                return msgspec.json.decode(response.content.removeprefix(BOM), type=shape)
            except (msgspec.DecodeError, UnicodeDecodeError) as unreadable:
                log.warning("unreadable answer to %s, request-id %s: %s", path, request_id, unreadable)
                raise _Again(
                    Upstream("microsoft_unreadable", path=path, status=200, request_id=request_id)
                ) from unreadable
        wait = retry.asked_wait(response.headers, now=clock.now())
        error = graph_error(response.status_code, response.content, path=path, request_id=request_id, again_after=wait)
        log.warning("%s answered %d, request-id %s", path, response.status_code, request_id)
        if response.status_code == 401:
            self.tokens.forget(token)
            raise _Again(error, wait=timedelta(0), is_rejection=True)
        if response.status_code in retry.RETRIABLE:
            raise _Again(error, wait=wait)
        raise error

    async def _token(self) -> str:
        """A token; in the middle of a run a passing failure to renew it is asked again like any other."""
        try:
            return await self.tokens.token()
        except Upstream as error:
            if self.spent.requests == 0:
                raise
            raise _Again(error, wait=error.again_after) from error

    async def _send(self, url: str, headers: dict[str, str]) -> httpx2.Response:
        try:
            response = await self.http.get(url, headers={"client-request-id": str(uuid.uuid4()), **headers})
        except httpx2.RequestError as error:
            host = urlsplit(url).hostname or ""
            raise _Again(Upstream("network_unreachable", host=host, reason=type(error).__name__)) from error
        self._count(response)
        return response

    def _count(self, response: httpx2.Response) -> None:
        self.spent.requests += 1
        units = response.headers.get("x-ms-resource-unit", "1")
        self.spent.resource_units += int(units) if units.isdigit() else 1
        self.spent.throttled += response.status_code == 429
        self.on_spent(self.spent)


class _Again(Exception):
    """Asking again may help; `error` is what it means when it does not."""

    def __init__(self, error: ChamberlainError, *, wait: timedelta | None = None, is_rejection: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        self.is_rejection = is_rejection


@asynccontextmanager
async def open_graph(endpoint: Endpoint, credential: Credential) -> AsyncIterator[Graph]:
    """A `Graph` for a tenant; its connections close at the end."""
    limits = httpx2.Limits(max_connections=endpoint.in_flight, max_keepalive_connections=endpoint.in_flight)
    timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    async with httpx2.AsyncClient(limits=limits, timeout=timeout, follow_redirects=False) as http:
        tokens = TokenSource(
            http=http, login_root=endpoint.login_root, graph_root=endpoint.graph_root, credential=credential
        )
        yield Graph(http=http, tokens=tokens, root=endpoint.graph_root, gate=asyncio.Semaphore(endpoint.in_flight))
