"""A tenant that is connected and of which nothing was read: nothing answers there, and no test shares it."""

from uuid import uuid4

from chamberlain import clock
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.store import tenants


def connected_tenant(
    name: str,
    *,
    credential: CredentialKind = CredentialKind.OWN_SECRET,
    client_id: str | None = None,
    scopes: tuple[str, ...] = (),
    concealed_names: bool | None = None,
    connected_by: str = "Ada",
) -> Tenant:
    """A new one; its registration is another one each time unless it is named."""
    made = tenants.save(guid=uuid4(), name=name, domain=f"{uuid4().hex}.example", now=clock.now())
    tenants.save_connection(
        tenant=made,
        credential=credential,
        client_id=client_id or str(uuid4()),
        secret="secret" if credential is CredentialKind.OWN_SECRET else None,
        scopes=scopes,
        concealed_names=concealed_names,
        connected_by=connected_by,
        now=clock.now(),
    )
    return made
