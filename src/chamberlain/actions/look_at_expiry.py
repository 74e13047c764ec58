"""Ask Microsoft when the secret of a connection ends: somebody may have told us another day, or none."""

import asyncio
import logging
from datetime import datetime

from chamberlain.actions.reaching import way_to
from chamberlain.graph.client import open_graph
from chamberlain.kinds.own_credentials import read_end
from chamberlain.model.credential import ExpirySource
from chamberlain.model.tenant import Connection, CredentialKind
from chamberlain.settings import Settings
from chamberlain.store import credentials
from chamberlain.store.connection import transaction
from chamberlain.sync.way import Way

log = logging.getLogger(__name__)


def look_at_expiry(connection: Connection, *, settings: Settings) -> None:
    """Keeps what Microsoft tells. It needs Application.Read.All; without it nothing is asked.

    raises  Upstream, Refused: where no token is to be had
    """
    if connection.credential is not CredentialKind.OWN_SECRET or "Application.Read.All" not in connection.scopes:
        return
    with way_to(connection, settings=settings) as way:
        ends = asyncio.run(_ask(way))
    if ends is None:
        return
    with transaction():
        credentials.adopt(connection)
        kept = credentials.current_of(connection)
        if kept is not None:
            credentials.note_expiry(kept, expires_at=ends, source=ExpirySource.MICROSOFT)


async def _ask(way: Way) -> datetime | None:
    async with open_graph(way.endpoint, way.credential, way.ledger) as graph:
        return await read_end(graph, way.credential)
