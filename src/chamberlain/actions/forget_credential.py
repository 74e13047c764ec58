"""Forget a credential that is not used any more, or was never used."""

from uuid import UUID

from chamberlain.audit.event import EventName, record
from chamberlain.errors import NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.store import credentials
from chamberlain.store.connection import transaction


def forget_credential(*, actor: Actor, tenant: Tenant | None, credential_id: UUID) -> None:
    """It is gone here; in Entra somebody has to remove it from the registration.

    tenant  None: a certificate that no connection uses
    raises  Refused("not_allowed"), NotFound("credential_not_found"), Conflict("credential_in_use")
    """
    tenant_id = None if tenant is None else tenant.id
    require(actor, Deed.CONNECT, tenant_id=tenant_id)
    with transaction():
        kept = credentials.find(credential_id)
        if kept.tenant_id != tenant_id:
            raise NotFound("credential_not_found")
        credentials.forget(kept)
        record(
            EventName.CREDENTIAL_FORGOTTEN,
            actor=actor,
            tenant_id=tenant_id,
            subject=f"credential:{kept.id}",
            kind=kept.kind.value,
            thumbprint=kept.thumbprint,
        )
