"""The tenant as the engine reaches it: what it shows, and what is sent to it, by Graph or by Exchange."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from chamberlain.errors import ChamberlainError, Misconfigured
from chamberlain.graph.client import Endpoint, Graph, Ledger, Priority, open_graph
from chamberlain.graph.exchange.opening import ExchangeEndpoint, open_exchange
from chamberlain.graph.exchange.port import Exchange
from chamberlain.graph.fan_out import for_each
from chamberlain.graph.token import Credential
from chamberlain.graph.write import Write
from chamberlain.kinds.writing import mail_groups, mailboxes
from chamberlain.kinds.writing.carriers import CARRIERS
from chamberlain.kinds.writing.carrying import Carrier, Sending
from chamberlain.model.exchange import NO_CMDLETS, CmdletPermit
from chamberlain.model.permit import Permit
from chamberlain.model.plan import Change, Facts, ProofKind
from chamberlain.model.verb import Verb

Seen = Facts | ChamberlainError
Carriers = Mapping[Verb, Carrier]
# Stands for a cmdlet, which Exchange's own adapter makes of a change. No permit of Graph's lets it out.
BY_EXCHANGE = Write("EXCHANGE", "/")


@dataclass(frozen=True, slots=True)
class ByExchange:
    """What only Exchange carries.

    groups     keys of the groups that it manages
    mailboxes  whether it is reached for mailboxes
    endpoint   None: this installation reaches no Exchange, so nothing can be told of them
    permits    the cmdlets that may change something
    """

    groups: frozenset[str] = frozenset()
    mailboxes: bool = False
    endpoint: ExchangeEndpoint | None = None
    permits: frozenset[CmdletPermit] = NO_CMDLETS


GRAPH_ALONE = ByExchange()


@dataclass(frozen=True, slots=True)
class Hand:
    """One tenant, reached from code that waits: the store is spoken to between two requests, never during one.

    mail_groups  keys of the groups that Exchange carries; `exchange` is open where there are any and it is reached
    """

    runner: asyncio.Runner
    graph: Graph
    carriers: Carriers
    mail_groups: frozenset[str] = frozenset()
    exchange: Exchange | None = None

    def seen(self, changes: Sequence[Change]) -> list[Seen]:
        """What the tenant shows now of each change, in their order.

        raises  Refused, Upstream: then nothing was learned
        """
        return self.runner.run(self._seen(changes))

    def sendings(self, changes: Sequence[Change], *, before: Sequence[Facts]) -> list[Sending]:
        """What to send so that all of these happen."""
        found = [Sending(BY_EXCHANGE, (change,)) for change in changes if self.is_by_exchange(change)]
        for carrier, places in self._by_carrier(changes):
            mine = [changes[place] for place in places]
            found += carrier.sendings(mine, root=self.graph.root, before=[before[place] for place in places])
        return found

    def send(self, sendings: Sequence[Sending]) -> list[ChamberlainError | None]:
        """What Microsoft said to each.

        raises  Refused("write_refused") where there is no permit
        """
        return self.runner.run(self._send(sendings))

    def is_by_exchange(self, change: Change) -> bool:
        """Whether Exchange carries a change, and not Graph."""
        is_of_group = change.permission in self.mail_groups and change.verb in mail_groups.CARRIED
        return is_of_group or change.verb in mailboxes.CARRIED

    def proof_of(self, change: Change) -> ProofKind:
        """Where the proof of a change comes from."""
        return ProofKind.EXCHANGE if self.is_by_exchange(change) else ProofKind.GRAPH

    async def _send(self, sendings: Sequence[Sending]) -> list[ChamberlainError | None]:
        mail = [place for place, one in enumerate(sendings) if self.is_by_exchange(one.changes[0])]
        rest = [place for place in range(len(sendings)) if place not in set(mail)]
        told = dict(zip(rest, await self.graph.write([sendings[place].write for place in rest]), strict=True))
        if self.exchange is not None:
            for way, places in _by_way([(place, sendings[place].changes[0]) for place in mail]):
                changes = [sendings[place].changes[0] for place in places]
                told |= zip(places, await way.send(self.exchange, changes), strict=True)
        return [told.get(place, Misconfigured("exchange_off")) for place in range(len(sendings))]

    async def _seen(self, changes: Sequence[Change]) -> list[Seen]:
        found: dict[int, Seen] = {}
        mail = [place for place, change in enumerate(changes) if self.is_by_exchange(change)]
        if self.exchange is not None:
            for way, places in _by_way([(place, changes[place]) for place in mail]):
                answers = await way.seen(self.exchange, [changes[place] for place in places])
                found.update(zip(places, answers, strict=True))

        async def one(carrier: Carrier, places: Sequence[int]) -> None:
            answers = await carrier.seen(self.graph, [changes[place] for place in places])
            found.update(zip(places, answers, strict=True))

        await for_each(self._by_carrier(changes), lambda pair: one(*pair), width=len(self.carriers))
        return [found.get(place, Misconfigured("exchange_off")) for place in range(len(changes))]

    def _by_carrier(self, changes: Sequence[Change]) -> list[tuple[Carrier, list[int]]]:
        found: dict[int, tuple[Carrier, list[int]]] = {}
        for place, change in enumerate(changes):
            if self.is_by_exchange(change):
                continue
            carrier = self.carriers[change.verb]
            found.setdefault(id(carrier), (carrier, []))[1].append(place)
        return list(found.values())


class _Way(Protocol):
    """What Exchange carries: groups, or mailboxes."""

    async def seen(self, exchange: Exchange, changes: Sequence[Change], /) -> list[Facts | ChamberlainError]: ...

    async def send(self, exchange: Exchange, changes: Sequence[Change], /) -> list[ChamberlainError | None]: ...


def _by_way(placed: Sequence[tuple[int, Change]]) -> list[tuple[_Way, list[int]]]:
    """Changes that Exchange carries, by what they are of."""
    ways: tuple[tuple[_Way, bool], ...] = ((mail_groups, False), (mailboxes, True))
    found = [(way, [place for place, one in placed if (one.verb in mailboxes.CARRIED) is of]) for way, of in ways]
    return [(way, places) for way, places in found if places]


@contextmanager
def reach(
    endpoint: Endpoint,
    credential: Credential,
    *,
    ledger: Ledger | None,
    permits: frozenset[Permit],
    priority: Priority = Priority.BULK,
    deadline: timedelta | None = None,
    carriers: Carriers = CARRIERS,
    by_exchange: ByExchange = GRAPH_ALONE,
) -> Iterator[Hand]:
    """A hand that reaches the tenant, as long as the context lasts.

    permits   what may be sent that changes it; none: it is only read
    """
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        try:
            graph = runner.run(
                opened.enter_async_context(
                    open_graph(endpoint, credential, ledger, priority, deadline, permits=permits)
                )
            )
            exchange = None
            if (by_exchange.groups or by_exchange.mailboxes) and by_exchange.endpoint is not None:
                opening = open_exchange(
                    by_exchange.endpoint, credential, ledger=ledger, priority=priority, permits=by_exchange.permits
                )
                exchange = runner.run(opened.enter_async_context(opening))
            yield Hand(runner, graph, carriers, by_exchange.groups, exchange)
        finally:
            runner.run(opened.aclose())
