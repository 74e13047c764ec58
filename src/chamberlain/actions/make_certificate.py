"""Make a certificate, to connect a tenant with it or to rotate to it."""

from datetime import datetime

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.graph.certificate import make_certificate as make
from chamberlain.model.actor import Actor
from chamberlain.model.credential import ExpirySource, KeptCredential
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.store import credentials, tenants
from chamberlain.store.connection import transaction


def make_certificate(*, actor: Actor, tenant: Tenant | None = None) -> KeptCredential:
    """A certificate that nothing uses yet. Its key was made here, is kept encrypted and never shown.

    tenant  whose connection it will rotate; None: for a tenant that is to be connected
    raises  Refused("not_allowed")
    """
    require(actor, Deed.CONNECT, tenant_id=None if tenant is None else tenant.id)
    now = clock.now()
    made = make(name=_name(now), now=now)
    with transaction():
        connection = None if tenant is None else tenants.connection_of(tenant.id)
        kept = credentials.add(
            connection=connection,
            kind=CredentialKind.OWN_CERTIFICATE,
            client_id=None if connection is None else connection.client_id,
            secret=made.private_key,
            made_by=actor.name,
            now=now,
            certificate=made.certificate,
            thumbprint=made.thumbprint,
            expires_at=made.expires_at,
            expiry_source=ExpirySource.CERTIFICATE,
        )
        record(
            EventName.CREDENTIAL_ADDED,
            actor=actor,
            tenant_id=None if tenant is None else tenant.id,
            subject=f"credential:{kept.id}",
            kind=kept.kind.value,
            thumbprint=kept.thumbprint,
        )
    return kept


def _name(now: datetime) -> str:
    return f"Chamberlain {now:%Y-%m-%d}"
