"""Connect a tenant through an app registration of its own that trusts the platform we run on: no secret at all."""

from collections.abc import Iterable

from chamberlain.actions.connecting import (
    Draft,
    ask_who,
    check_first_choice,
    check_tenant,
    read_guid,
    remember,
    require_connecting,
)
from chamberlain.graph.proof import Federation
from chamberlain.graph.token import Credential
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import Cloud
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.authority import Deed, require_somewhere
from chamberlain.settings import load


def connect_with_federation(
    *,
    actor: Actor,
    tenant_id: str,
    client_id: str,
    cloud: Cloud = Cloud.GLOBAL,
    capabilities: Iterable[str] | None = None,
) -> Tenant:
    """The tenant that is connected now; its first sync is queued. Nothing is stored unless Graph answered.

    The file with the platform's token is a setting, never typed into a form: what it holds is sent to Microsoft.
    capabilities  what it is to be connected for, values of Capability; None: what was chosen before, or the standard
    raises        Refused: not_allowed, tenant_id_malformed, client_id_malformed, federation_unmatched,
                  assertion_untimely, assertion_invalid, consent_missing, wrong_tenant; NotFound("tenant_unknown");
                  Upstream; Misconfigured: federation_file_missing, federation_file_unreadable
    """
    require_somewhere(actor, Deed.CONNECT)
    guid = read_guid(tenant_id, code="tenant_id_malformed")
    client = read_guid(client_id, code="client_id_malformed")
    require_connecting(actor, guid=guid)
    chosen = check_first_choice(capabilities)
    settings = load()
    credential = Credential(str(guid), str(client), Federation(settings.federated_token_file))
    answer = ask_who(credential, cloud=cloud, settings=settings, patient=False)
    check_tenant(answer, expected=guid)
    draft = Draft(CredentialKind.OWN_FEDERATION, chosen=chosen)
    return remember(answer, actor=actor, draft=draft, credential=credential, cloud=cloud)
