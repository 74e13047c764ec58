"""Connect a tenant through an app registration of its own, with a client secret."""

from collections.abc import Iterable
from datetime import datetime

from chamberlain.actions.connecting import (
    Draft,
    ask_who,
    check_first_choice,
    check_tenant,
    read_guid,
    remember,
    require_connecting,
)
from chamberlain.errors import Refused
from chamberlain.graph.token import Credential
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import Cloud
from chamberlain.model.credential import ExpirySource
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.authority import Deed, require_somewhere
from chamberlain.settings import load


def connect_with_secret(
    *,
    actor: Actor,
    tenant_id: str,
    client_id: str,
    client_secret: str,
    cloud: Cloud = Cloud.GLOBAL,
    expires_at: datetime | None = None,
    capabilities: Iterable[str] | None = None,
) -> Tenant:
    """The tenant that is connected now; its first sync is queued. Nothing is stored unless Graph answered.

    expires_at    the secret's last day, where the administrator knows it; what Microsoft tells goes before it
    capabilities  what it is to be connected for, values of Capability; None: what was chosen before, or the standard
    raises        Refused: not_allowed, tenant_id_malformed, client_id_malformed, secret_missing, secret_wrong,
                  secret_expired, consent_missing, wrong_tenant; NotFound("tenant_unknown"); Upstream
    """
    require_somewhere(actor, Deed.CONNECT)
    guid = read_guid(tenant_id, code="tenant_id_malformed")
    client = read_guid(client_id, code="client_id_malformed")
    require_connecting(actor, guid=guid)
    chosen = check_first_choice(capabilities)
    secret = client_secret.strip()
    if not secret:
        raise Refused("secret_missing")
    credential = Credential(str(guid), str(client), secret)
    answer = ask_who(credential, cloud=cloud, settings=load(), patient=False)
    check_tenant(answer, expected=guid)
    source = ExpirySource.ADMINISTRATOR if expires_at else None
    draft = Draft(CredentialKind.OWN_SECRET, secret=secret, expires_at=expires_at, expiry_source=source, chosen=chosen)
    return remember(answer, actor=actor, draft=draft, credential=credential, cloud=cloud)
