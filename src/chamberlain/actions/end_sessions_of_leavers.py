"""End what people have here who were blocked, deleted, or told to sign in again in Entra.

Only people with a session or a token are asked about, by id, twenty in one request. So it is done at the end of
every sync, however large the tenant is, and a notice that somebody changed leads to a sync within seconds.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.graph.client import open_graph
from chamberlain.kinds.standing import read_standing
from chamberlain.model.actor import SYSTEM
from chamberlain.model.entrance import Ending, Standing
from chamberlain.model.tenant import Tenant
from chamberlain.store import sessions
from chamberlain.store.connection import transaction
from chamberlain.store.models import User
from chamberlain.sync.way import Way

GRAIN = timedelta(seconds=1)
"""Microsoft keeps the time of a revocation in whole seconds."""


def end_sessions_of_leavers(tenant: Tenant, *, way: Way) -> int:
    """Asks Microsoft how the people stand who are signed in or have tokens; tells how many lost something.

    A failure to ask ends nothing: the next sync asks again.
    raises  what `read_standing` raises
    """
    people = {user.object_guid: user for user in sessions.people_present(tenant.guid, now=clock.now())}
    if not people:
        return 0

    async def ask() -> tuple[dict[UUID, Standing], frozenset[UUID]]:
        async with open_graph(way.endpoint, way.credential, way.ledger) as graph:
            return await read_standing(graph, sorted(people))

    there, gone = asyncio.run(ask())
    ended = sum(_end(people[guid], tenant, Ending.GONE) for guid in gone)
    return ended + sum(_judge(people[guid], tenant, standing) for guid, standing in there.items())


def _judge(user: User, tenant: Tenant, standing: Standing) -> bool:
    if not standing.enabled:
        return _end(user, tenant, Ending.BLOCKED)
    if standing.valid_from is None:
        return False
    with transaction():
        ended = sessions.end_begun_before(user.id, standing.valid_from + GRAIN)
        if ended:
            _record(user, tenant, Ending.REVOKED, ended)
    return ended > 0


def _end(user: User, tenant: Tenant, why: Ending) -> bool:
    """Who is blocked or gone loses sessions and tokens; tokens do not come back with the account."""
    with transaction():
        ended = sessions.end_all(user.id)
        tokens = sessions.revoke_tokens(user.id, now=clock.now())
        if ended:
            _record(user, tenant, why, ended)
        for token in tokens:
            record(
                EventName.TOKEN_REVOKED,
                actor=SYSTEM,
                tenant_id=tenant.id,
                subject=f"token:{token}",
                reason=f"{why.value} in Entra",
            )
    return bool(ended or tokens)


def _record(user: User, tenant: Tenant, why: Ending, count: int) -> None:
    record(
        EventName.SESSION_ENDED, actor=SYSTEM, tenant_id=tenant.id, subject=str(user.id), by=why.value, sessions=count
    )
