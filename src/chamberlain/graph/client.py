"""Reading one tenant: single questions, batches of them, objects by id, and subscriptions to changes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import httpx2
import msgspec

from chamberlain.errors import ChamberlainError, NotFound, Refused
from chamberlain.graph import readonly, retry
from chamberlain.graph.batch import PARTS, Batch
from chamberlain.graph.fan_out import for_each
from chamberlain.graph.quota.ledger import Ledger, MemoryLedger
from chamberlain.graph.quota.limiter import Limiter
from chamberlain.graph.shape import Subscription
from chamberlain.graph.spent import Spent
from chamberlain.graph.token import Credential, TokenSource
from chamberlain.graph.wire import Call, Wire
from chamberlain.graph.write import Write
from chamberlain.graph.writing import send
from chamberlain.model.permit import NO_PERMITS, Permit
from chamberlain.model.quota import Priority

__all__ = ["EVENTUAL", "Endpoint", "Graph", "Ledger", "Priority", "Spent", "open_graph"]

Shape = TypeVar("Shape")
CONNECT_SECONDS = 10.0
READ_SECONDS = 120.0
BOM = b"\xef\xbb\xbf"
EVENTUAL = {"ConsistencyLevel": "eventual"}
JSON = {"Content-Type": "application/json"}
BY_IDS_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A cloud's hosts, and how many requests we keep in flight there."""

    login_root: str
    graph_root: str
    in_flight: int = 16


class Graph:
    """Reads one tenant. What changes a tenant leaves with a permit only: `readonly` lets nothing else out.

    spent     what was used so far
    on_spent  called after every answer, for progress
    """

    def __init__(self, *, wire: Wire, root: str) -> None:
        self._wire = wire
        self.root = root

    @property
    def tokens(self) -> TokenSource:
        """Where access tokens come from."""
        return self._wire.tokens

    @property
    def spent(self) -> Spent:
        """What was used so far."""
        return self._wire.spent

    @property
    def on_spent(self) -> Callable[[Spent], None]:
        """Called after every answer."""
        return self._wire.on_spent

    @on_spent.setter
    def on_spent(self, told: Callable[[Spent], None]) -> None:
        self._wire.on_spent = told

    def apart(self, *, on_spent: Callable[[Spent], None]) -> "Graph":
        """The same tenant over the same wire, with an account of its own of what is spent."""
        return Graph(wire=replace(self._wire, spent=Spent(), on_spent=on_spent), root=self.root)

    def size_is(self, users: int) -> None:
        """Tells how many users the tenant has: its quota depends on that. Until then it is taken for a large one."""
        self._wire.limiter.size_is(users)

    async def get(self, path: str, shape: type[Shape], *, headers: dict[str, str] | None = None) -> Shape:
        """The answer to GET `path`, decoded, asked again where that can help.

        path     below /v1.0, e.g. "/organization"; or an absolute link under the Graph root, as it was given
        raises   NotFound, Refused, Upstream; see `fault.graph_error`; Upstream("circuit_open")
        """
        url = self.absolute(path)
        price = self._wire.limiter.price("GET", url)
        call = Call("GET", url, price.charges, price.key, headers=headers or {})
        return await self._wire.ask(call, partial(_decoded, shape=shape))

    async def get_many(
        self, paths: Sequence[str], shape: type[Shape], *, headers: dict[str, str] | None = None
    ) -> list[Shape | ChamberlainError]:
        """The answers to many GETs of one shape, in the order of the paths, 20 to a round trip, side by side.

        paths    below /v1.0
        returns  for each path what was asked for, or the NotFound, Refused or Upstream that Microsoft means for good
        raises   what `get` raises when a part was not answered in time
        """
        chunks = [Batch(self._wire, self.root, chunk, shape, headers=headers or {}) for chunk in _chunks(paths, PARTS)]
        answers = await _together([chunk.ask for chunk in chunks])
        return [one for answer in answers for one in answer]

    async def by_ids(self, ids: Sequence[str], shape: type[Shape], *, types: Sequence[str], select: str) -> list[Shape]:
        """The objects with these ids that exist, in no order.

        types   e.g. ["user"]
        select  the value of $select
        source  https://learn.microsoft.com/graph/api/directoryobject-getbyids (2026): at most 1,000 ids
        """
        url = self.absolute(f"{readonly.BY_IDS}?$select={select}")
        price = self._wire.limiter.price("POST", url)

        async def ask(chunk: Sequence[str]) -> list[Shape]:
            body = msgspec.json.encode({"ids": chunk, "types": types})
            call = Call("POST", url, price.charges, price.key, body=body, headers=JSON)
            found = await self._wire.ask(call, partial(_decoded, shape=_Values[shape]))  # type: ignore[valid-type]
            return found.value

        answers = await _together([partial(ask, chunk) for chunk in _chunks(ids, BY_IDS_MOST)])
        return [one for answer in answers for one in answer]

    async def subscribe(
        self, resource: str, *, notify: str, lifecycle: str, client_state: str, expires: datetime, change_type: str
    ) -> Subscription:
        """Asks Microsoft to tell us of changes; it calls `notify` and `lifecycle` while we wait.

        Sent once: after a failure `subscriptions` tells whether it was made.
        source  https://learn.microsoft.com/graph/api/subscription-post-subscriptions (2026)
        """
        body = {
            "changeType": change_type,
            "notificationUrl": notify,
            "lifecycleNotificationUrl": lifecycle,
            "resource": resource,
            "expirationDateTime": expires.isoformat(),
            "clientState": client_state,
            "latestSupportedTlsVersion": "v1_2",
        }
        return await self._write("POST", readonly.SUBSCRIPTIONS, body, repeatable=False)

    async def subscriptions(self) -> list[Subscription]:
        """All of our app's subscriptions in the tenant; there are a hundred at most."""
        return (await self.get(readonly.SUBSCRIPTIONS, _Values[Subscription])).value

    async def renew(self, subscription: str, *, expires: datetime) -> Subscription:
        """Prolongs a subscription.

        raises  NotFound("graph_not_found") when it is over already
        """
        body = {"expirationDateTime": expires.isoformat()}
        return await self._write("PATCH", f"{readonly.SUBSCRIPTIONS}/{subscription}", body)

    async def unsubscribe(self, subscription: str) -> None:
        """Ends a subscription; one that is over already is ended."""
        url = self.absolute(f"{readonly.SUBSCRIPTIONS}/{subscription}")
        price = self._wire.limiter.price("DELETE", url)
        try:
            await self._wire.ask(Call("DELETE", url, price.charges), lambda _response: None)
        except NotFound:
            return

    async def patch(self, path: str, body: dict[str, object]) -> None:
        """Changes the tenant: sets properties of what stands at `path`, which may be done twice.

        path    below /v1.0
        raises  Refused("write_refused") where there is no permit for it; what `get` raises
        """
        url = self.absolute(path)
        price = self._wire.limiter.price("PATCH", url)
        call = Call("PATCH", url, price.charges, body=msgspec.json.encode(body), headers=JSON)
        await self._wire.ask(call, lambda _response: None)

    async def write(self, writes: Sequence[Write]) -> list[ChamberlainError | None]:
        """Changes the tenant. Each is sent once, 20 to a round trip, side by side; what Microsoft had no time for
        (429) was not done, and is sent again.

        returns  for each None where it was taken, or why not: then nobody knows before the tenant was read
        raises   Refused("write_refused") where there is no permit for one of them: then its batch was not sent
        """
        chunks = [writes[start : start + PARTS] for start in range(0, len(writes), PARTS)]
        answers = await _together([partial(send, self._wire, self.root, chunk) for chunk in chunks])
        return [one for answer in answers for one in answer]

    async def close(self) -> None:
        """Gives back what was taken from budgets and not used."""
        await self._wire.limiter.close()

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

    async def _write(self, method: str, path: str, body: dict[str, str], *, repeatable: bool = True) -> Subscription:
        url = self.absolute(path)
        price = self._wire.limiter.price(method, url)
        content = msgspec.json.encode(body)
        call = Call(method, url, price.charges, body=content, headers=JSON, repeatable=repeatable)
        return await self._wire.ask(call, partial(_decoded, shape=Subscription))


@asynccontextmanager
async def open_graph(
    endpoint: Endpoint,
    credential: Credential,
    ledger: Ledger | None = None,
    priority: Priority = Priority.BULK,
    deadline: timedelta | None = None,
    permits: frozenset[Permit] = NO_PERMITS,
) -> AsyncIterator[Graph]:
    """A `Graph` for a tenant; its connections close at the end.

    ledger    the budget that is shared with other processes; one of this process alone where it is None
    priority  INTERACTIVE where a person waits: it may take the last of a budget, and fails sooner
    deadline  how long one question may take, however often it is asked; by default as the priority is
    permits   what may be sent that changes the tenant (policy/permits.py)
    """
    limits = httpx2.Limits(max_connections=endpoint.in_flight, max_keepalive_connections=endpoint.in_flight)
    timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None)
    async with httpx2.AsyncClient(limits=limits, timeout=timeout, follow_redirects=False) as http:
        graph = graph_over(
            http, endpoint, credential, ledger=ledger, priority=priority, deadline=deadline, permits=permits
        )
        try:
            yield graph
        finally:
            await graph.close()


def graph_over(
    http: httpx2.AsyncClient,
    endpoint: Endpoint,
    credential: Credential,
    *,
    ledger: Ledger | None = None,
    priority: Priority = Priority.BULK,
    deadline: timedelta | None = None,
    permits: frozenset[Permit] = NO_PERMITS,
) -> Graph:
    """A `Graph` over a given HTTP client, which from now on lets no change of a tenant out without a permit."""
    http.event_hooks["request"] = [*http.event_hooks["request"], partial(_check, permits=permits)]
    if deadline is None:
        deadline = retry.DEADLINE if priority is Priority.BULK else retry.SHORT_DEADLINE
    tokens = TokenSource(
        http=http, login_root=endpoint.login_root, graph_root=endpoint.graph_root, credential=credential
    )
    limiter = Limiter(ledger or MemoryLedger(), priority=priority, at_once=endpoint.in_flight)
    return Graph(wire=Wire(http=http, tokens=tokens, limiter=limiter, deadline=deadline), root=endpoint.graph_root)


async def _check(request: httpx2.Request, *, permits: frozenset[Permit]) -> None:
    path = request.url.raw_path.decode("ascii").partition("?")[0]  # unescaped, an id could hold a slash
    readonly.check(request.method, path, request.content, permits=permits)


class _Values(msgspec.Struct, Generic[Shape]):
    value: list[Shape]


def _decoded(response: httpx2.Response, *, shape: type[Shape]) -> Shape:
    return msgspec.json.decode(response.content.removeprefix(BOM), type=shape)


def _chunks(items: Sequence[str], size: int) -> list[Sequence[str]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


async def _together(asked: Sequence[Callable[[], Awaitable[list[Shape]]]]) -> list[list[Shape]]:
    """All answers, or the first error, after the others were cancelled."""
    answers: list[list[Shape]] = [[] for _ in asked]

    async def one(number: int) -> None:
        answers[number] = await asked[number]()

    await for_each(range(len(asked)), one, width=max(len(asked), 1))
    return answers
