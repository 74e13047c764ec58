"""Take what Microsoft's consent page answers, believe none of it unchecked, and connect."""

from collections.abc import Mapping
from uuid import UUID

from chamberlain import clock
from chamberlain.actions.connecting import (
    Draft,
    ask_who,
    check_first_choice,
    note_refusal,
    remember,
    require_connecting,
)
from chamberlain.errors import ChamberlainError, Misconfigured, Refused
from chamberlain.graph.token import Credential
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import Cloud
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.authority import Deed, require_somewhere
from chamberlain.settings import load
from chamberlain.store import tenants
from chamberlain.store.connection import transaction

# `error` decides, since admin_consent can be True in an error answer, too.
# source  https://learn.microsoft.com/entra/identity-platform/v2-admin-consent (2026)
DECLINED = "consent_declined"
FAILED = "consent_failed"
DECLINED_NUMBERS = frozenset({"AADSTS65004"})
DECLINED_ERRORS = frozenset({"access_denied", "permission_denied"})
NO_ROLE = "consent_no_admin_role"
NO_ROLE_NUMBERS = frozenset({"AADSTS90094", "AADSTS90095"})


def complete_connect(*, actor: Actor, answer: Mapping[str, str]) -> Tenant:
    """The tenant that is connected now; its first sync is queued.

    answer   the query of the redirect: admin_consent, tenant, state; or error, error_description, state
    raises   Refused: not_allowed, consent_state_invalid, consent_state_expired, consent_declined,
             consent_no_admin_role, consent_wrong_tenant, consent_not_visible_yet; NotFound, Upstream
    """
    require_somewhere(actor, Deed.CONNECT)
    settings = load()
    cloud = Cloud(settings.client_cloud)
    try:
        guid, capabilities = _checked_tenant(
            actor, answer
        )  # first: who made an address up learns nothing of how we are set up
        if settings.client_id is None or settings.client_secret is None:
            raise Misconfigured("installation_app_missing")
        require_connecting(actor, guid=guid)  # by what the answer names, whatever was asked for
        credential = Credential(str(guid), settings.client_id, settings.client_secret.get_secret_value())
        answer_of_graph = ask_who(credential, cloud=cloud, settings=settings, patient=True)
        if answer_of_graph.organisation.guid != guid:
            raise Refused("consent_wrong_tenant", expected=str(guid), found=str(answer_of_graph.organisation.guid))
    except ChamberlainError as error:
        note_refusal(error, actor=actor)
        raise
    draft = Draft(CredentialKind.INSTALLATION_APP, chosen=check_first_choice(capabilities))
    return remember(answer_of_graph, actor=actor, draft=draft, credential=credential, cloud=cloud)


def _checked_tenant(actor: Actor, answer: Mapping[str, str]) -> tuple[UUID, tuple[str, ...] | None]:
    with transaction():
        attempt = tenants.close_attempt(state=answer.get("state", ""), actor_id=actor.id, now=clock.now())
    if "error" in answer:
        number = _number(answer)
        raise Refused(_refusal(answer["error"], number), error=answer["error"][:80], aadsts=number)
    try:
        guid = UUID(answer.get("tenant", ""))
    except ValueError:
        raise Refused("consent_answer_malformed") from None
    if attempt.expected is not None and guid != attempt.expected:
        raise Refused("consent_wrong_tenant", expected=str(attempt.expected), found=str(guid))
    return guid, attempt.capabilities


def _refusal(error: str, number: str) -> str:
    if number in NO_ROLE_NUMBERS:
        return NO_ROLE
    return DECLINED if number in DECLINED_NUMBERS or (not number and error in DECLINED_ERRORS) else FAILED


def _number(answer: Mapping[str, str]) -> str:
    """The AADSTS number of an answer; "" where it has none, as when somebody pressed Cancel in the v1 form."""
    first = answer.get("error_description", "").split(":")[0].strip()
    return first if first.startswith("AADSTS") and first.removeprefix("AADSTS").isdecimal() else ""
