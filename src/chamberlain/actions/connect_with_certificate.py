"""Connect a tenant through an app registration of its own, with a certificate whose key was made here."""

from collections.abc import Iterable
from uuid import UUID

from chamberlain.actions.connecting import (
    Draft,
    ask_who,
    check_first_choice,
    check_tenant,
    read_guid,
    remember,
    require_connecting,
)
from chamberlain.actions.reaching import proof_of
from chamberlain.errors import NotFound
from chamberlain.graph.token import Credential
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import Cloud
from chamberlain.model.credential import CredentialState, KeptCredential
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.authority import Deed, may, require_somewhere
from chamberlain.settings import load
from chamberlain.store import credentials, tenants


def connect_with_certificate(
    *,
    actor: Actor,
    tenant_id: str,
    client_id: str,
    certificate: UUID,
    cloud: Cloud = Cloud.GLOBAL,
    capabilities: Iterable[str] | None = None,
) -> Tenant:
    """The tenant that is connected now; its first sync is queued. Nothing changes unless Graph answered.

    certificate   one that `make_certificate` made and whose public part the registration knows by now
    capabilities  what it is to be connected for, values of Capability; None: what was chosen before, or the standard
    raises        Refused: not_allowed, tenant_id_malformed, client_id_malformed, certificate_refused,
                  certificate_expired, assertion_untimely, consent_missing, wrong_tenant;
                  NotFound: tenant_unknown, credential_not_found; Upstream
    """
    require_somewhere(actor, Deed.CONNECT)
    guid = read_guid(tenant_id, code="tenant_id_malformed")
    client = read_guid(client_id, code="client_id_malformed")
    require_connecting(actor, guid=guid)
    chosen = check_first_choice(capabilities)
    kept = _waiting(certificate, actor=actor, guid=guid)
    settings = load()
    credential = Credential(str(guid), str(client), proof_of(kept, settings=settings))
    answer = ask_who(credential, cloud=cloud, settings=settings, patient=False)
    check_tenant(answer, expected=guid)
    draft = Draft(CredentialKind.OWN_CERTIFICATE, kept=kept, chosen=chosen)
    return remember(answer, actor=actor, draft=draft, credential=credential, cloud=cloud)


def _waiting(certificate: UUID, *, actor: Actor, guid: UUID) -> KeptCredential:
    """One that waits for a tenant that is to be connected, or that was made to rotate this one's."""
    kept = credentials.find(certificate)
    if kept.certificate is None or kept.state is not CredentialState.PENDING:
        raise NotFound("credential_not_found")
    known = tenants.by_guid(guid)
    is_theirs = known is not None and kept.tenant_id == known.id
    if not is_theirs and (kept.tenant_id is not None or not may(actor, Deed.CONNECT)):
        raise NotFound("credential_not_found")
    return kept
