"""What the engine wants to know of each verb: what to send, and what the tenant shows of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chamberlain.errors import ChamberlainError
from chamberlain.graph.client import Graph
from chamberlain.graph.write import Write
from chamberlain.model.plan import Change, Facts


@dataclass(frozen=True, slots=True)
class Sending:
    """One request, and the changes that it makes. Where one that makes several is refused, each is sent alone."""

    write: Write
    changes: tuple[Change, ...]


class Carrier(Protocol):
    """Carries some verbs. Facts have the words of `policy/planning/facts.py`, which also tells when they are met."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:
        """What to send so that all of these happen; none waits for another.

        root    of Graph, which references to objects begin with, e.g. "https://graph.microsoft.com"
        before  what the tenant showed of each just now
        """
        ...

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """What the tenant shows now of each, in their order; an error where Microsoft means it for good.

        raises  what `Graph.get` raises when something was not answered in time
        """
        ...
