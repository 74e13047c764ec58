"""How a tenant is reached, and how a run tells about itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from chamberlain.graph.client import Endpoint
from chamberlain.graph.exchange.opening import ExchangeEndpoint
from chamberlain.graph.quota.ledger import Ledger
from chamberlain.graph.token import Credential
from chamberlain.kinds.reading import Progress
from chamberlain.model.run import PhaseName


class Reporter(Progress, Protocol):
    """Hears progress and what was spent."""

    requests: int
    resource_units: int
    throttled: int

    def finish(self) -> None:
        """The phase is done."""


Report = Callable[[PhaseName], AbstractContextManager[Reporter]]


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach a tenant: where Microsoft is, who we are there, and the budget that all processes share.

    exchange  None: this installation reaches no Exchange
    """

    endpoint: Endpoint
    credential: Credential
    ledger: Ledger | None = None
    exchange: ExchangeEndpoint | None = None
