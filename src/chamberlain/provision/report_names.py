"""The setting that conceals names in usage reports: written, then read back.

source  https://learn.microsoft.com/graph/api/adminreportsettings-update (2026)
"""

import asyncio

from chamberlain.graph import shape
from chamberlain.graph.client import Graph
from chamberlain.policy.permits import REPORT_SETTINGS

# Microsoft took it with 204, and its replicas may tell so a little later.
WAITS_SECONDS = (0.0, 1.0, 2.0)


async def conceals_names(graph: Graph) -> bool | None:
    """What the tenant says; None where it says nothing.

    raises  Refused, NotFound, Upstream
    """
    return (await graph.get(REPORT_SETTINGS.path, shape.ReportSettings)).display_concealed_names


async def set_concealed_names(graph: Graph, *, concealed: bool) -> bool:
    """Whether the tenant says what was written; otherwise it was taken and is not to be seen yet.

    raises  Refused("write_refused"), Refused, Upstream
    """
    await graph.patch(REPORT_SETTINGS.path, {"displayConcealedNames": concealed})
    for wait in WAITS_SECONDS:
        await asyncio.sleep(wait)
        if await conceals_names(graph) is concealed:
            return True
    return False
