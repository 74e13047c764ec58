"""How a connected tenant is reached: its cloud's hosts, the credential that is current, and the shared budget."""

from collections.abc import Iterator
from contextlib import contextmanager

from chamberlain.errors import Misconfigured
from chamberlain.graph.cloud import endpoint_of
from chamberlain.graph.exchange.opening import exchange_endpoint_of
from chamberlain.graph.proof import Certificate, Federation, Proof
from chamberlain.graph.token import Credential
from chamberlain.model.credential import KeptCredential
from chamberlain.model.tenant import Connection, CredentialKind
from chamberlain.settings import Settings
from chamberlain.store import credentials, tenants
from chamberlain.store.quota import SharedLedger
from chamberlain.sync.way import Way


@contextmanager
def way_to(connection: Connection, *, settings: Settings) -> Iterator[Way]:
    """How to reach the connection's tenant, within the budget that all processes share.

    raises  Misconfigured("installation_app_missing"), Misconfigured("key_wrong")
    """
    with SharedLedger(tenant_id=connection.tenant.id, client_id=connection.client_id) as ledger:
        yield Way(
            endpoint_of(connection.cloud, settings=settings),
            credential_of(connection, settings=settings),
            ledger,
            exchange_endpoint_of(connection.cloud, settings=settings),
        )


def credential_of(connection: Connection, *, settings: Settings) -> Credential:
    """Who we are to the connection's tenant.

    raises  Misconfigured("installation_app_missing"), Misconfigured("key_wrong")
    """
    return Credential(str(connection.tenant.guid), connection.client_id, _proof(connection, settings))


def proof_of(kept: KeptCredential, *, settings: Settings) -> Proof:
    """What a credential that is kept proves itself with, whether it is current or not.

    raises  Misconfigured("key_wrong"), NotFound("credential_not_found")
    """
    if kept.kind is CredentialKind.OWN_FEDERATION:
        return Federation(settings.federated_token_file)
    secret = credentials.secret_of(kept) or ""
    return secret if kept.certificate is None else Certificate(kept.certificate, secret)


def _proof(connection: Connection, settings: Settings) -> Proof:
    if connection.credential is CredentialKind.INSTALLATION_APP:
        return installation_secret(settings)
    current = credentials.current_of(connection)
    if current is not None:
        return proof_of(current, settings=settings)
    return tenants.secret_of(connection) or ""


def installation_secret(settings: Settings) -> str:
    """The secret of the installation's own app.

    raises  Misconfigured("installation_app_missing")
    """
    if settings.client_id is None or settings.client_secret is None:
        raise Misconfigured("installation_app_missing")
    return settings.client_secret.get_secret_value()
