"""Consents, read by themselves after everything else was merged: nothing else depends on them.

Microsoft's refusal, or its bad day, spoils no run: what is known of consents then stays as it is (M2).
"""

import asyncio
import logging
from datetime import datetime

from chamberlain import clock
from chamberlain.errors import Refused, Upstream
from chamberlain.graph.client import Graph, open_graph
from chamberlain.kinds import consents as kind
from chamberlain.kinds.consents import ConsentsRead
from chamberlain.model.cursor import Cursor
from chamberlain.model.merged import Merged
from chamberlain.model.run import PhaseName
from chamberlain.policy.reading_plan import LINK_LASTS
from chamberlain.store import consents as store
from chamberlain.store import cursors
from chamberlain.sync.session import teller
from chamberlain.sync.way import Report, Reporter, Way

log = logging.getLogger(__name__)


def sync_consents(tenant_id: int, *, way: Way, report: Report, full: bool) -> Merged | None:
    """Reads consents and merges them; changes only, where it is known since when.

    None where Microsoft does not let us: Directory.Read.All is optional.

    full    read all of them
    raises  what else reading raises; then nothing was merged
    """
    now = clock.now()
    made = f"{way.endpoint.graph_root} {kind.SINCE}"
    known = None if full else _usable(cursors.read(tenant_id=tenant_id).get(kind.STREAM), made=made, now=now)
    with report(PhaseName.CONSENTS) as reporter:
        try:
            found = asyncio.run(_read(way, reporter, link=known.link if known else None))
        except Refused as refused:
            if refused.code != "scope_missing":
                raise
            reporter.finish()
            return None
        cursor = Cursor(kind.STREAM, found.link, now, made)
        merged = store.apply(tenant_id, found.seen, found.gone, whole=found.whole, cursor=cursor, at=now)
        reporter.finish()
    return merged


def _usable(known: Cursor | None, *, made: str, now: datetime) -> Cursor | None:
    if known is None or known.made_with != made or now - known.issued_at > LINK_LASTS:
        return None
    return known


async def _read(way: Way, reporter: Reporter, *, link: str | None) -> ConsentsRead:
    async with open_graph(way.endpoint, way.credential, ledger=way.ledger) as opened:
        graph = opened.apart(on_spent=teller(reporter))
        return await _all_or_changes(graph, reporter, link=link)


async def _all_or_changes(graph: Graph, reporter: Reporter, *, link: str | None) -> ConsentsRead:
    if link is not None:
        try:
            return await kind.follow(graph, link, progress=reporter)
        except Upstream as error:
            if error.code != "delta_expired":
                raise
            log.warning("the delta link of consents is no longer taken; reading all of them")
    return await kind.read(graph, progress=reporter)
