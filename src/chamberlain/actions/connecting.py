"""What the ways to connect have in common: ask Graph who we are connected to, then remember it."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from chamberlain import clock
from chamberlain.actions.start_sync import start_sync
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Conflict, NotFound, Refused
from chamberlain.graph.client import Endpoint, Ledger, Priority, open_graph
from chamberlain.graph.token import Credential
from chamberlain.kinds.organisation import Organisation, read_organisation
from chamberlain.model.actor import Actor
from chamberlain.model.run import Trigger
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.settings import Settings
from chamberlain.store import tenants
from chamberlain.store.connection import transaction
from chamberlain.store.quota import SharedLedger

log = logging.getLogger(__name__)

# A new service principal needs time to spread: until then Microsoft says that it does not know the application.
WAITS_SECONDS = (1.0, 2.0, 4.0)
NOT_YET = frozenset({"consent_missing", "scope_missing"})  # known, but without its roles yet


def endpoint(settings: Settings) -> Endpoint:
    """Where Microsoft is for this installation."""
    return Endpoint(settings.login_root, settings.graph_root, settings.requests_in_flight)


def ask_who(credential: Credential, *, settings: Settings, patient: bool) -> Organisation:
    """The organisation that the credential opens, as Graph tells it.

    patient  consent was given just now: wait a few seconds for it to spread
    raises   Refused, NotFound, Upstream: see graph/fault.py; Refused("consent_not_visible_yet")
    """

    async def ask(ledger: Ledger | None) -> Organisation:
        async with open_graph(endpoint(settings), credential, ledger, Priority.INTERACTIVE) as graph:
            return await read_organisation(graph)

    for wait in (*WAITS_SECONDS, None) if patient else (None,):
        try:
            with _budget_of(credential) as ledger:
                return asyncio.run(ask(ledger))
        except Refused as error:
            if not patient or error.code not in NOT_YET:
                raise
            if wait is None:
                raise Refused("consent_not_visible_yet", **error.data) from error
            log.info("consent has not spread yet (%s); asking again in %.0f s", error, wait)
            time.sleep(wait)
    raise Refused("consent_not_visible_yet")


@contextmanager
def _budget_of(credential: Credential) -> Iterator[Ledger | None]:
    """What syncs of a tenant that is known draw on as well; None where it is connected for the first time."""
    try:
        tenant = tenants.find(credential.tenant)
    except NotFound:
        yield None
        return
    with SharedLedger(tenant_id=tenant.id, client_id=credential.client_id) as ledger:
        yield ledger


def remember(
    organisation: Organisation,
    *,
    actor: Actor,
    kind: CredentialKind,
    credential: Credential,
    secret: str | None,
) -> Tenant:
    """Stores the connection and starts its first sync.

    secret  what to keep, encrypted; None where the installation's own app is used
    """
    now = clock.now()
    with transaction():
        tenant = tenants.save(guid=organisation.guid, name=organisation.name, domain=organisation.domain, now=now)
        tenants.save_connection(
            tenant=tenant,
            credential=kind,
            client_id=credential.client_id,
            secret=secret,
            scopes=organisation.scopes,
            concealed_names=organisation.concealed_names,
            connected_by=actor.name,
            now=now,
        )
        record(
            EventName.CONNECTION_CREATED,
            actor=actor,
            tenant_id=tenant.id,
            subject=str(tenant.guid),
            credential=kind.value,
            client_id=credential.client_id,
        )
        try:
            start_sync(actor=actor, tenant=tenant, trigger=Trigger.CONNECT)
        except Conflict as error:
            log.info("no first sync was started: %s", error)
    return tenant


def note_refusal(error: ChamberlainError, *, actor: Actor) -> None:
    """Leaves a trace of a consent that did not lead to a connection."""
    with transaction():
        record(EventName.CONSENT_REFUSED, actor=actor, tenant_id=None, subject="consent", error=error.code)
