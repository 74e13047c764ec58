"""Changes carried to a simulated tenant as the engine carries them, but at once and without a plan."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from chamberlain.bench.simulated import Simulated
from chamberlain.errors import ChamberlainError
from chamberlain.graph.client import Endpoint, Graph, open_graph
from chamberlain.graph.token import Credential
from chamberlain.kinds.writing.carriers import CARRIERS
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.model.capability import Capability, Resource
from chamberlain.model.permit import Permit
from chamberlain.model.plan import Change, Facts, Subject, SubjectType
from chamberlain.policy.capabilities import needed
from chamberlain.policy.permits import PERMITS
from chamberlain.policy.planning.facts import expected, is_met
from granting import Grants

EVERY = frozenset[Permit]().union(*PERMITS.values())
Value = TypeVar("Value")
Seen = Facts | ChamberlainError


def person(guid: UUID | str) -> Subject:
    """An account."""
    return Subject(str(guid))


def group(guid: str) -> Subject:
    """A group, as one that holds something."""
    return Subject(guid, SubjectType.GROUP)


@dataclass(frozen=True)
class Carried:
    """What became of changes of one family.

    sendings  the requests; errors: what Microsoft said to each
    done      whether the tenant shows each change
    """

    sendings: list[Sending]
    errors: list[ChamberlainError | None]
    before: list[Facts]
    seen: list[Seen]
    done: list[bool]


def granted(simulated: Simulated, *capabilities: Capability) -> "Tenant":
    """The tenant, where an administrator granted what these capabilities take; all of them where none is named."""
    wanted = {one.scope.name for one in needed(capabilities or PERMITS) if one.scope.resource is Resource.GRAPH}
    Grants(simulated).grant(*sorted(wanted))
    return Tenant(simulated)


class Tenant:
    """A simulated tenant, as an application that may do everything sees it."""

    def __init__(self, simulated: Simulated, *, permits: frozenset[Permit] = EVERY) -> None:
        self.simulated = simulated
        self.permits = permits

    def look(self, *changes: Change) -> list[Seen]:
        """What the tenant shows of changes of one family."""
        return self._story(lambda graph: CARRIERS[changes[0].verb].seen(graph, changes))

    def carry(self, *changes: Change) -> Carried:
        """Reads, sends and reads back."""
        return self._story(lambda graph: _carry(graph, changes))

    def send(self, sendings: Sequence[Sending]) -> list[ChamberlainError | None]:
        """Sends what was made before, whatever the tenant shows by now."""
        return self._story(lambda graph: graph.write([one.write for one in sendings]))

    def _story(self, story: Callable[[Graph], Awaitable[Value]]) -> Value:
        async def run() -> Value:
            simulated = self.simulated
            endpoint = Endpoint(simulated.url, simulated.url)
            credential = Credential(simulated.tenant_id, simulated.own_client_id, simulated.own_client_secret)
            async with open_graph(endpoint, credential, permits=self.permits, deadline=timedelta(seconds=20)) as graph:
                return await story(graph)

        return asyncio.run(run())


async def _carry(graph: Graph, changes: Sequence[Change]) -> Carried:
    carrier = CARRIERS[changes[0].verb]
    before = list(_facts(await carrier.seen(graph, changes)))
    sendings = carrier.sendings(changes, root=graph.root, before=before)
    errors = await graph.write([one.write for one in sendings])
    seen = await carrier.seen(graph, changes)
    done = [
        not isinstance(now, ChamberlainError) and is_met(expected(change), seen=now, before=was)
        for change, now, was in zip(changes, seen, before, strict=True)
    ]
    return Carried(sendings, errors, before, seen, done)


def _facts(seen: Iterable[Seen]) -> Iterable[Facts]:
    for one in seen:
        if isinstance(one, ChamberlainError):
            raise one
        yield one
