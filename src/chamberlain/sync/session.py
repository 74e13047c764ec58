"""One reading of a tenant: the wire, the staging, and a phase for each kind that is read side by side."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chamberlain.errors import ChamberlainError, Misconfigured, Unsafe, Upstream
from chamberlain.graph.client import Graph, Spent
from chamberlain.graph.fan_out import first_of
from chamberlain.kinds.reading import Reading, Start
from chamberlain.model.run import PhaseName
from chamberlain.policy.barred import OFF
from chamberlain.store.staging import Staging
from chamberlain.sync.way import Report, Reporter

log = logging.getLogger(__name__)
HOPELESS = (Upstream, Misconfigured, Unsafe)
Work = Callable[[Reading], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that readers of one run share.

    failures  kinds that Microsoft did not let us read, and why; the others go on
    barred    kinds that are not even tried: policy/barred.py says why
    wakes     whether the audit log may be asked what to read again
    """

    graph: Graph
    staging: Staging
    report: Report
    width: int
    start: Start
    failures: dict[PhaseName, ChamberlainError] = field(default_factory=dict)
    barred: Mapping[PhaseName, ChamberlainError] = field(default_factory=dict)
    wakes: bool = True

    @asynccontextmanager
    async def phase(self, name: PhaseName) -> AsyncIterator[Reading]:
        """A phase that reads; what it spends is told apart from what others spend meanwhile."""
        with self.report(name) as reporter:
            graph = self.graph.apart(on_spent=teller(reporter))
            yield Reading(graph=graph, sink=self.staging, progress=reporter, width=self.width, start=self.start)
            reporter.finish()

    async def side_by_side(self, works: Sequence[tuple[PhaseName, Work]]) -> None:
        """Reads kinds side by side. One that is refused does not stop the others; a failing Microsoft stops all.

        raises  Upstream, Misconfigured, Unsafe; what was completed by then is kept in the staging
        """
        try:
            async with asyncio.TaskGroup() as group:
                for name, work in works:
                    group.create_task(self._guarded(name, work))
        except* Exception as errors:  # noqa: BLE001 - nothing is caught here, only unwrapped
            raise first_of(errors) from None

    async def _guarded(self, name: PhaseName, work: Work) -> None:
        try:
            async with self.phase(name) as reading:
                if name not in self.barred:
                    await work(reading)
                elif self.barred[name].code == OFF:
                    self.failures[name] = self.barred[name]
                else:
                    raise self.barred[name]
        except ChamberlainError as error:
            if isinstance(error, HOPELESS):
                raise
            log.warning("%s cannot be read: %s", name.value, error)
            self.failures[name] = error


def teller(reporter: Reporter) -> Callable[[Spent], None]:
    """Tells a reporter what a wire has spent."""

    def tell(spent: Spent) -> None:
        reporter.requests = spent.requests
        reporter.resource_units = spent.resource_units
        reporter.throttled = spent.throttled

    return tell
