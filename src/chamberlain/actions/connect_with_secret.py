"""Connect a tenant through an app registration of its own, with a client secret."""

from uuid import UUID

from chamberlain.actions.connecting import ask_who, remember
from chamberlain.errors import Refused
from chamberlain.graph.token import Credential
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.settings import load


def connect_with_secret(*, actor: Actor, tenant_id: str, client_id: str, client_secret: str) -> Tenant:
    """The tenant that is connected now; its first sync is queued. Nothing is stored unless Graph answered.

    raises  Refused: not_allowed, tenant_id_malformed, client_id_malformed, secret_missing, secret_wrong,
            secret_expired, consent_missing, wrong_tenant; NotFound("tenant_unknown"); Upstream
    """
    require(actor, Deed.CONNECT)
    guid = _guid(tenant_id, code="tenant_id_malformed")
    client = _guid(client_id, code="client_id_malformed")
    if not client_secret.strip():
        raise Refused("secret_missing")
    credential = Credential(str(guid), str(client), client_secret.strip())
    organisation = ask_who(credential, settings=load(), patient=False)
    if organisation.guid != guid:
        raise Refused("wrong_tenant", expected=str(guid), found=str(organisation.guid))
    return remember(
        organisation,
        actor=actor,
        kind=CredentialKind.OWN_SECRET,
        credential=credential,
        secret=credential.secret,
    )


def _guid(text: str, *, code: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise Refused(code, text=text.strip()[:80]) from None
