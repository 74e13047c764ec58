"""Rotate a connection's credential in place: the new one is tried at Microsoft, then used; the old one is kept."""

from datetime import datetime
from uuid import UUID

from chamberlain.actions.connecting import Answer, Draft, ask_who, check_tenant, put_to_use
from chamberlain.actions.reaching import proof_of
from chamberlain.audit.event import EventName, record
from chamberlain.errors import Misconfigured, NotFound, Refused
from chamberlain.graph.proof import Federation, Proof
from chamberlain.graph.token import Credential
from chamberlain.model.actor import Actor
from chamberlain.model.credential import ExpirySource
from chamberlain.model.tenant import Connection, CredentialKind, Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.settings import load
from chamberlain.store import credentials, tenants
from chamberlain.store.connection import transaction


def rotate_to_secret(*, actor: Actor, tenant: Tenant, client_secret: str, expires_at: datetime | None = None) -> None:
    """The connection uses another secret of the same registration. Nothing is stored unless Graph answered.

    raises  Refused: not_allowed, secret_missing, secret_wrong, secret_expired, credential_of_installation;
            Misconfigured("not_connected"); Upstream
    """
    require(actor, Deed.CONNECT, tenant_id=tenant.id)
    secret = client_secret.strip()
    if not secret:
        raise Refused("secret_missing")
    source = ExpirySource.ADMINISTRATOR if expires_at else None
    draft = Draft(CredentialKind.OWN_SECRET, secret=secret, expires_at=expires_at, expiry_source=source)
    _rotate(draft, secret, actor=actor, tenant=tenant)


def rotate_to_federation(*, actor: Actor, tenant: Tenant) -> None:
    """The connection trusts the platform that we run on from now on.

    raises  what `connect_with_federation` raises; Refused("credential_of_installation")
    """
    require(actor, Deed.CONNECT, tenant_id=tenant.id)
    proof = Federation(load().federated_token_file)
    _rotate(Draft(CredentialKind.OWN_FEDERATION), proof, actor=actor, tenant=tenant)


def rotate_to_kept(*, actor: Actor, tenant: Tenant, credential_id: UUID) -> None:
    """The connection uses one that is kept already: a certificate that waited, or the one from before.

    raises  Refused, as Microsoft's answer says; NotFound("credential_not_found"); Misconfigured("not_connected")
    """
    require(actor, Deed.CONNECT, tenant_id=tenant.id)
    kept = credentials.find(credential_id)
    if kept.tenant_id != tenant.id:
        raise NotFound("credential_not_found")
    draft = Draft(kept.kind, kept=kept)
    _rotate(draft, proof_of(kept, settings=load()), actor=actor, tenant=tenant, client_id=kept.client_id)


def _rotate(draft: Draft, proof: Proof, *, actor: Actor, tenant: Tenant, client_id: str | None = None) -> None:
    connection = _own_connection(tenant)
    client = client_id or connection.client_id
    answer = _tried(Credential(str(tenant.guid), client, proof), connection)
    with transaction():
        credentials.adopt(connection)
        put_to_use(draft, answer=answer, actor=actor, connection=connection, client_id=client)
        record(
            EventName.CREDENTIAL_ROTATED,
            actor=actor,
            tenant_id=tenant.id,
            subject=f"connection:{connection.id}",
            before=connection.credential.value,
            after=draft.kind.value,
            client_id=client,
        )


def _tried(credential: Credential, connection: Connection) -> Answer:
    answer = ask_who(credential, cloud=connection.cloud, settings=load(), patient=False, until_when=True)
    check_tenant(answer, expected=connection.tenant.guid)
    return answer


def _own_connection(tenant: Tenant) -> Connection:
    connection = tenants.connection_of(tenant.id)
    if connection is None:
        raise Misconfigured("not_connected")
    if connection.credential is CredentialKind.INSTALLATION_APP:
        raise Refused("credential_of_installation")
    return connection
