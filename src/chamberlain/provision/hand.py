"""The tenant as the engine reaches it: what it shows, and what is sent to it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from chamberlain.errors import ChamberlainError
from chamberlain.graph.client import Endpoint, Graph, Ledger, Priority, open_graph
from chamberlain.graph.fan_out import for_each
from chamberlain.graph.token import Credential
from chamberlain.kinds.writing.carriers import CARRIERS
from chamberlain.kinds.writing.carrying import Carrier, Sending
from chamberlain.model.permit import Permit
from chamberlain.model.plan import Change, Facts
from chamberlain.model.verb import Verb

Seen = Facts | ChamberlainError
Carriers = Mapping[Verb, Carrier]


@dataclass(frozen=True, slots=True)
class Hand:
    """One tenant, reached from code that waits: the store is spoken to between two requests, never during one."""

    runner: asyncio.Runner
    graph: Graph
    carriers: Carriers

    def seen(self, changes: Sequence[Change]) -> list[Seen]:
        """What the tenant shows now of each change, in their order.

        raises  Refused, Upstream: then nothing was learned
        """
        return self.runner.run(self._seen(changes))

    def sendings(self, changes: Sequence[Change], *, before: Sequence[Facts]) -> list[Sending]:
        """What to send so that all of these happen."""
        found: list[Sending] = []
        for carrier, places in self._by_carrier(changes):
            mine = [changes[place] for place in places]
            found += carrier.sendings(mine, root=self.graph.root, before=[before[place] for place in places])
        return found

    def send(self, sendings: Sequence[Sending]) -> list[ChamberlainError | None]:
        """What Microsoft said to each.

        raises  Refused("write_refused") where there is no permit
        """
        return self.runner.run(self.graph.write([one.write for one in sendings]))

    async def _seen(self, changes: Sequence[Change]) -> list[Seen]:
        found: dict[int, Seen] = {}

        async def one(carrier: Carrier, places: Sequence[int]) -> None:
            answers = await carrier.seen(self.graph, [changes[place] for place in places])
            found.update(zip(places, answers, strict=True))

        await for_each(self._by_carrier(changes), lambda pair: one(*pair), width=len(self.carriers))
        return [found[place] for place in range(len(changes))]

    def _by_carrier(self, changes: Sequence[Change]) -> list[tuple[Carrier, list[int]]]:
        found: dict[int, tuple[Carrier, list[int]]] = {}
        for place, change in enumerate(changes):
            carrier = self.carriers[change.verb]
            found.setdefault(id(carrier), (carrier, []))[1].append(place)
        return list(found.values())


@contextmanager
def reach(
    endpoint: Endpoint,
    credential: Credential,
    *,
    ledger: Ledger | None,
    permits: frozenset[Permit],
    priority: Priority = Priority.BULK,
    carriers: Carriers = CARRIERS,
) -> Iterator[Hand]:
    """A hand that reaches the tenant, as long as the context lasts.

    permits   what may be sent that changes it; none: it is only read
    """
    with asyncio.Runner() as runner:
        opening = open_graph(endpoint, credential, ledger, priority, permits=permits)
        graph = runner.run(opening.__aenter__())
        try:
            yield Hand(runner, graph, carriers)
        finally:
            runner.run(opening.__aexit__(None, None, None))
