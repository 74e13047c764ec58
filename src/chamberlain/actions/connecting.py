"""What the ways to connect have in common: ask Graph who we are connected to, then remember it."""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chamberlain import clock
from chamberlain.actions.choose_capabilities import keep_choice
from chamberlain.actions.note_scopes import note_scopes
from chamberlain.actions.start_sync import start_sync
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Conflict, Refused
from chamberlain.graph.client import Ledger, Priority, open_graph
from chamberlain.graph.cloud import endpoint_of
from chamberlain.graph.token import Credential
from chamberlain.kinds.organisation import Organisation, read_organisation
from chamberlain.kinds.own_credentials import read_end
from chamberlain.model.actor import Actor
from chamberlain.model.capability import Capability
from chamberlain.model.cloud import Cloud
from chamberlain.model.credential import ExpirySource, KeptCredential
from chamberlain.model.run import Trigger
from chamberlain.model.tenant import Connection, CredentialKind, Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.capabilities import check_choice, named, writes
from chamberlain.settings import Settings
from chamberlain.store import credentials, scopes, tenants
from chamberlain.store.connection import transaction
from chamberlain.store.quota import SharedLedger

log = logging.getLogger(__name__)

# A new service principal needs time to spread: until then Microsoft says that it does not know the application.
WAITS_SECONDS = (1.0, 2.0, 4.0)
NOT_YET = frozenset({"consent_missing", "scope_missing"})  # known, but without its roles yet


@dataclass(frozen=True, slots=True)
class Answer:
    """What Microsoft says to a credential.

    ends_at  when the credential ends; None where it was not asked or we may not know
    """

    organisation: Organisation
    ends_at: datetime | None


def ask_who(
    credential: Credential, *, cloud: Cloud, settings: Settings, patient: bool, until_when: bool = False
) -> Answer:
    """The organisation that the credential opens, as Graph tells it.

    Somebody waits for it, so it is one request; the first sync asks everything else.

    patient     consent was given just now: wait a few seconds for it to spread
    until_when  ask when the credential ends, too, as where no sync follows
    raises      Refused, NotFound, Upstream: see graph/fault.py; Refused("consent_not_visible_yet")
    """

    async def ask(ledger: Ledger | None) -> Answer:
        endpoint = endpoint_of(cloud, settings=settings)
        async with open_graph(endpoint, credential, ledger, Priority.INTERACTIVE) as graph:
            organisation = await read_organisation(graph)
            return Answer(organisation, await read_end(graph, credential) if until_when else None)

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


def require_connecting(actor: Actor, *, guid: UUID | None) -> None:
    """Passes where the actor may connect this tenant: one that is known with a right in it, any other beyond tenants.

    guid    None: whichever tenant consents
    raises  Refused("not_allowed")
    """
    known = None if guid is None else tenants.by_guid(guid)
    require(actor, Deed.CONNECT, tenant_id=None if known is None else known.id)


@contextmanager
def _budget_of(credential: Credential) -> Iterator[Ledger | None]:
    """What syncs of a tenant that is known draw on as well; None where it is connected for the first time."""
    tenant = tenants.by_guid(UUID(credential.tenant))
    if tenant is None:
        yield None
        return
    with SharedLedger(tenant_id=tenant.id, client_id=credential.client_id) as ledger:
        yield ledger


@dataclass(frozen=True, slots=True)
class Draft:
    """A credential that Microsoft took and that is not kept yet.

    secret  to be kept encrypted; None where there is none
    kept    the certificate that was made before
    chosen  what the tenant is connected for; None: what was chosen before, or else the standard capabilities
    """

    kind: CredentialKind
    secret: str | None = None
    kept: KeptCredential | None = None
    expires_at: datetime | None = None
    expiry_source: ExpirySource | None = None
    chosen: frozenset[Capability] | None = None


def check_first_choice(capabilities: Iterable[str] | None) -> frozenset[Capability] | None:
    """What a tenant is to be connected for, checked; only what reads can be chosen with connecting.

    raises  Refused: capability_unknown, writing_before_reading, capability_not_yet
    """
    return None if capabilities is None else check_choice(named(capabilities), is_connected=False, is_confirmed=False)


def remember(answer: Answer, *, actor: Actor, draft: Draft, credential: Credential, cloud: Cloud) -> Tenant:
    """Stores the connection with its credential, and starts its first sync. The credential before is kept, unused."""
    now, organisation = clock.now(), answer.organisation
    with transaction():
        tenant = tenants.save(guid=organisation.guid, name=organisation.name, domain=organisation.domain, now=now)
        before = tenants.connection_of(tenant.id)
        if before is not None:
            credentials.adopt(before)
        connection = tenants.save_connection(
            tenant=tenant,
            credential=draft.kind,
            client_id=credential.client_id,
            secret=None,
            scopes=organisation.scopes,
            connected_by=actor.name,
            now=now,
            cloud=cloud,
        )
        put_to_use(draft, answer=answer, actor=actor, connection=connection, client_id=credential.client_id)
        record(
            EventName.CONNECTION_CREATED,
            actor=actor,
            tenant_id=tenant.id,
            subject=str(tenant.guid),
            credential=draft.kind.value,
            client_id=credential.client_id,
            cloud=cloud.value,
        )
        if draft.chosen is not None:
            kept = _changing(tenant) if before is not None else frozenset()
            keep_choice(draft.chosen | kept, actor=actor, tenant=tenant)  # before the first sync, which goes by it
        note_scopes(actor=actor, tenant_id=tenant.id, seen=dict.fromkeys(organisation.scopes))
        try:
            start_sync(actor=actor, tenant=tenant, trigger=Trigger.CONNECT)
        except Conflict as error:
            log.info("no first sync was started: %s", error)
    return tenant


def _changing(tenant: Tenant) -> frozenset[Capability]:
    """What was chosen of what changes the tenant. Connecting again neither adds to it nor takes it away."""
    return frozenset(one for one in scopes.chosen(tenant.id) if writes(one))


def put_to_use(draft: Draft, *, answer: Answer, actor: Actor, connection: Connection, client_id: str) -> None:
    """Keeps the credential and makes it the current one. Inside a transaction."""
    if draft.kind is CredentialKind.INSTALLATION_APP:
        credentials.retire_current(connection)
        return
    kept = draft.kept or credentials.add(
        connection=connection,
        kind=draft.kind,
        client_id=client_id,
        secret=draft.secret,
        made_by=actor.name,
        now=clock.now(),
        expires_at=draft.expires_at,
        expiry_source=draft.expiry_source,
    )
    credentials.make_current(kept, connection=connection, client_id=client_id)
    if answer.ends_at is not None and kept.certificate is None:
        credentials.note_expiry(kept, expires_at=answer.ends_at, source=ExpirySource.MICROSOFT)


def read_guid(text: str, *, code: str) -> UUID:
    """An id that somebody typed.

    raises  Refused(code)
    """
    try:
        return UUID(text.strip())
    except ValueError:
        raise Refused(code, text=text.strip()[:80]) from None


def check_tenant(answer: Answer, *, expected: UUID) -> None:
    """Passes where Graph answers for the tenant that was meant.

    raises  Refused("wrong_tenant")
    """
    if answer.organisation.guid != expected:
        raise Refused("wrong_tenant", expected=str(expected), found=str(answer.organisation.guid))


def note_refusal(error: ChamberlainError, *, actor: Actor) -> None:
    """Leaves a trace of a consent that did not lead to a connection."""
    with transaction():
        record(EventName.CONSENT_REFUSED, actor=actor, tenant_id=None, subject="consent", error=error.code)
