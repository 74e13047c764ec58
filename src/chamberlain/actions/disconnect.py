"""Disconnect a tenant: its credentials go at once, and what is known of it stays or is forgotten, as was asked."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from chamberlain import clock
from chamberlain.actions.reaching import credential_of
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Misconfigured, Refused
from chamberlain.graph.client import Endpoint, Priority, open_graph
from chamberlain.graph.cloud import endpoint_of
from chamberlain.graph.token import Credential
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import HOSTS
from chamberlain.model.run import RunState
from chamberlain.model.tenant import Connection, Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.settings import Settings
from chamberlain.store import leaving, runs, subscriptions, tenants
from chamberlain.store.connection import transaction

log = logging.getLogger(__name__)
PATIENCE = timedelta(seconds=10)  # what is not ended at Microsoft within it ends by itself, and is refused here


@dataclass(frozen=True, slots=True)
class Farewell:
    """What is left to do at Microsoft, by hand: nobody can take their own consent back.

    client_id   the application whose consent, or registration, is to be removed there; "" where it is not known
    portal      the admin centre of the tenant's cloud
    unended     subscriptions that Microsoft may still hold; they end by themselves, and their notices are refused
    """

    client_id: str
    portal: str
    unended: int


def disconnect(*, actor: Actor, tenant: Tenant, typed: str, forget: bool, settings: Settings) -> Farewell:
    """Removes every credential in one transaction; only then is Microsoft told to send no more notices.

    typed   the tenant's slug, typed by the actor
    forget  whether all that is known of the tenant goes as well; a worker does it, and goes on after a restart
    raises  Refused("not_allowed" | "disconnect_unconfirmed"), Misconfigured("not_connected")
    """
    require(actor, Deed.CONNECT, tenant_id=tenant.id)
    if typed.strip() != tenant.slug:
        raise Refused("disconnect_unconfirmed", slug=tenant.slug)
    connection = tenants.connection_of(tenant.id)
    if connection is None and not forget:
        raise Misconfigured("not_connected")
    held = [one.microsoft_id for one in subscriptions.of(tenant.id) if one.microsoft_id is not None]
    credential = _credential(connection, settings) if connection and held else None
    _leave(connection, tenant=tenant, actor=actor, forget=forget)
    if connection is None:
        return Farewell("", "", 0)
    unended = len(held)
    if credential is not None:
        unended -= asyncio.run(_unsubscribe(held, endpoint_of(connection.cloud, settings=settings), credential))
    return Farewell(connection.client_id, HOSTS[connection.cloud].portal, unended)


def _credential(connection: Connection, settings: Settings) -> Credential | None:
    """What is about to be removed, for one last question; None where it cannot be read any more."""
    try:
        return credential_of(connection, settings=settings)
    except ChamberlainError as error:
        log.warning("subscriptions of tenant %d cannot be ended: %s", connection.tenant.id, error)
        return None


def _leave(connection: Connection | None, *, tenant: Tenant, actor: Actor, forget: bool) -> None:
    now = clock.now()
    with transaction():
        number = leaving.end_connection(connection) if connection else 0
        for run_id in runs.open_of(tenant.id):
            runs.move(run_id, RunState.FAILED, now=now, error=("disconnected", {}))
            record(
                EventName.SYNC_FAILED,
                actor=actor,
                tenant_id=tenant.id,
                subject=f"run:{run_id}",
                error="disconnected",
            )
        if forget:
            leaving.mark(tenant, by=actor, now=now)
        record(
            EventName.CONNECTION_ENDED,
            actor=actor,
            tenant_id=tenant.id,
            subject=str(tenant.guid),
            credentials=number,
            forget="yes" if forget else "no",
        )


async def _unsubscribe(held: list[str], endpoint: Endpoint, credential: Credential) -> int:
    """How many of these subscriptions ended at Microsoft. What fails ends by itself within a month."""
    ended = 0
    try:
        async with open_graph(endpoint, credential, None, Priority.INTERACTIVE, PATIENCE) as graph:
            for one in held:
                await graph.unsubscribe(one)
                ended += 1
    except ChamberlainError as error:
        log.warning("a subscription was not ended at Microsoft: %s", error)
    return ended
