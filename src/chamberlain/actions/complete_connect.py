"""Take what Microsoft's consent page answers, believe none of it unchecked, and connect."""

from collections.abc import Mapping
from uuid import UUID

from chamberlain import clock
from chamberlain.actions.connecting import ask_who, note_refusal, remember
from chamberlain.errors import ChamberlainError, Misconfigured, Refused
from chamberlain.graph.token import Credential
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.settings import load
from chamberlain.store import tenants
from chamberlain.store.connection import transaction

# `error` decides, since admin_consent can be True in an error answer, too.
# source  https://learn.microsoft.com/entra/identity-platform/v2-admin-consent (2026)
DECLINED = "consent_declined"
NO_ROLE = "consent_no_admin_role"
NO_ROLE_NUMBERS = frozenset({"AADSTS90094", "AADSTS90095"})


def complete_connect(*, actor: Actor, answer: Mapping[str, str]) -> Tenant:
    """The tenant that is connected now; its first sync is queued.

    answer   the query of the redirect: admin_consent, tenant, state; or error, error_description, state
    raises   Refused: not_allowed, consent_state_invalid, consent_state_expired, consent_declined,
             consent_no_admin_role, consent_wrong_tenant, consent_not_visible_yet; NotFound, Upstream
    """
    require(actor, Deed.CONNECT)
    settings = load()
    if settings.client_id is None or settings.client_secret is None:
        raise Misconfigured("installation_app_missing")
    try:
        guid = _checked_tenant(actor, answer)
        secret = settings.client_secret.get_secret_value()
        credential = Credential(str(guid), settings.client_id, secret)
        organisation = ask_who(credential, settings=settings, patient=True)
        if organisation.guid != guid:
            raise Refused("consent_wrong_tenant", expected=str(guid), found=str(organisation.guid))
    except ChamberlainError as error:
        note_refusal(error, actor=actor)
        raise
    return remember(organisation, actor=actor, kind=CredentialKind.INSTALLATION_APP, credential=credential, secret=None)


def _checked_tenant(actor: Actor, answer: Mapping[str, str]) -> UUID:
    with transaction():
        expected = tenants.close_attempt(state=answer.get("state", ""), actor_id=actor.id, now=clock.now())
    if "error" in answer:
        raise Refused(_refusal(answer), error=answer["error"][:80])
    try:
        guid = UUID(answer.get("tenant", ""))
    except ValueError:
        raise Refused("consent_answer_malformed") from None
    if expected is not None and guid != expected:
        raise Refused("consent_wrong_tenant", expected=str(expected), found=str(guid))
    return guid


def _refusal(answer: Mapping[str, str]) -> str:
    number = answer.get("error_description", "").split(":")[0].strip()
    return NO_ROLE if number in NO_ROLE_NUMBERS else DECLINED
