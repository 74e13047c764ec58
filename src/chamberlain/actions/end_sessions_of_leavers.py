"""End what people have here who were blocked, deleted, or told to sign in again in Entra.

Only people with a session or a token are asked about, by id, twenty in one request. So it is done at the end of
every sync, however large the tenant is; and whom a notice names is asked about within seconds, whatever syncs go on.
"""

import asyncio
import logging
from collections.abc import Collection
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from chamberlain import clock
from chamberlain.actions.reaching import way_to
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError
from chamberlain.graph.client import Priority, open_graph
from chamberlain.kinds.standing import read_standing
from chamberlain.model.actor import SYSTEM
from chamberlain.model.entrance import Ending, Standing
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings
from chamberlain.store import sessions, tenants
from chamberlain.store.connection import transaction
from chamberlain.store.models import User
from chamberlain.sync.way import Way

log = logging.getLogger(__name__)

SETTLED = timedelta(seconds=15)
NOTICE_LASTS = timedelta(minutes=5)
GRAIN = timedelta(seconds=1)
"""Microsoft keeps the time of a revocation in whole seconds."""


def end_sessions_of_leavers(tenant: Tenant, *, way: Way) -> int:
    """Asks Microsoft how the people stand who are signed in or have tokens; tells how many lost something.

    A failure to ask ends nothing: the next sync asks again.
    raises  what `read_standing` raises
    """
    return _end_where_due(tenant, sessions.people_present(tenant.guid, now=clock.now()), way, Priority.BULK)


def look_at_noticed(*, settings: Settings) -> int:
    """Asks about those of whom Microsoft told that they changed, tenant by tenant; how many lost something.

    They are asked about twice, since Microsoft's replicas may not know at once of what a notice tells. Where asking
    fails it is tried again for a while; then the next sync looks at everybody.
    """
    now, ended = clock.now(), 0
    due = sessions.noticed(now=now, again=SETTLED, lasts=NOTICE_LASTS)
    for guid, found in groupby(due, key=lambda user: user.tenant_guid):
        people = tuple(found)
        tenant = tenants.by_guid(guid)
        connection = None if tenant is None else tenants.connection_of(tenant.id)
        if connection is not None:
            try:
                with way_to(connection, settings=settings) as way:
                    ended += _end_where_due(connection.tenant, people, way, Priority.INTERACTIVE)
            except ChamberlainError as error:
                log.warning("people of tenant %d were not asked about: %s", connection.tenant.id, error)
                continue
        sessions.looked(people, at=now)
    return ended


def _end_where_due(tenant: Tenant, present: Collection[User], way: Way, priority: Priority) -> int:
    people = {user.object_guid: user for user in present}
    if not people:
        return 0

    async def ask() -> tuple[dict[UUID, Standing], frozenset[UUID]]:
        async with open_graph(way.endpoint, way.credential, way.ledger, priority) as graph:
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
