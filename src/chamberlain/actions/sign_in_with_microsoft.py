"""Sign in with Microsoft Entra: send the browser there, and believe what comes back only when all of it fits."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from chamberlain import clock
from chamberlain.actions.entering import ATTEMPT_LASTS, guarded, note_signed_in
from chamberlain.errors import Misconfigured, Refused
from chamberlain.graph.openid import Asked, Provider, authorization_url, discover, identify
from chamberlain.graph.proof import Federation, Proof
from chamberlain.model.cloud import Cloud
from chamberlain.model.entrance import Purpose, SignInWay, Visitor
from chamberlain.policy.attempt import belongs, derived
from chamberlain.policy.cloud import login_of
from chamberlain.settings import Settings, load
from chamberlain.store import sign_ins
from chamberlain.store.connection import transaction

LONGEST = 8_192


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and what it has to keep for the way back."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came, and where they wanted to go."""

    user_id: UUID
    next_page: str


def begin_sign_in(*, next_page: str) -> Departure:
    """An attempt that works once, in this browser, for ten minutes.

    next_page  an address of ours, checked by whoever shows it
    raises     Misconfigured("sign_in_not_set_up"), Misconfigured("sign_in_provider_wrong"), Upstream
    """
    settings = load()
    secret = secrets.token_urlsafe(32)
    asked = _asked(settings, secret)
    url = authorization_url(_provider(settings), asked)
    with transaction():
        sign_ins.open_attempt(
            secret=secret,
            purpose=Purpose.MICROSOFT,
            user_id=None,
            next_page=next_page,
            now=clock.now(),
            lasts=ATTEMPT_LASTS,
        )
    return Departure(url, secret)


def complete_sign_in(*, answer: Mapping[str, str], secret: str) -> Arrival:
    """Whoever Microsoft says signed in; their first sign-in makes them known here, with no role but to see their own.

    answer   the query of the redirect: code, state; or error, error_description, state
    secret   what the browser kept
    raises   Refused: sign_in_too_often, sign_in_state_invalid, sign_in_declined, sign_in_refused_by_microsoft,
             sign_in_code_refused, sign_in_token_invalid, sign_in_clock_off, sign_in_context_missing,
             sign_in_tenant_unknown, sign_in_blocked; Upstream, Misconfigured
    """
    return guarded(lambda: _complete(answer, secret), way=SignInWay.MICROSOFT)


def is_set_up(settings: Settings) -> bool:
    """Whether people can sign in with Microsoft."""
    has_app = settings.sign_in_client_id is not None or settings.client_id is not None
    return has_app and _proof(settings) is not None


def _complete(answer: Mapping[str, str], secret: str) -> Arrival:
    settings = load()
    if not belongs(secret, "state", answer.get("state", "")):
        raise Refused("sign_in_state_invalid")
    with transaction():
        next_page = sign_ins.close_attempt(secret=secret, purpose=Purpose.MICROSOFT, user_id=None, now=clock.now())
    if "error" in answer:
        raise _refusal(answer)
    code = answer.get("code", "")
    if not 0 < len(code) <= LONGEST:
        raise Refused("sign_in_code_refused")
    proof = _proof(settings)
    if proof is None:
        raise Misconfigured("sign_in_not_set_up")
    visitor = identify(_provider(settings), _asked(settings, secret), code=code, proof=proof)
    _require_tenant(visitor, settings)
    with transaction():
        user = sign_ins.welcome(visitor, now=clock.now())
        return Arrival(note_signed_in(user, SignInWay.MICROSOFT), next_page)


def _require_tenant(visitor: Visitor, settings: Settings) -> None:
    """People of tenants that are connected, or of the one that is set for signing in, and nobody else."""
    if str(visitor.tenant_guid) != settings.sign_in_tenant.lower() and not sign_ins.is_connected(visitor.tenant_guid):
        raise Refused("sign_in_tenant_unknown", tenant=str(visitor.tenant_guid))


def _refusal(answer: Mapping[str, str]) -> Refused:
    number = answer.get("error_description", "").split(":")[0].strip()
    number = number if number.startswith("AADSTS") and number[6:].isdecimal() else "none"
    if answer["error"] == "access_denied" or number in {"AADSTS65004", "AADSTS65001"}:
        return Refused("sign_in_declined", aadsts=number)
    return Refused("sign_in_refused_by_microsoft", aadsts=number, error=answer["error"][:80])


def _provider(settings: Settings) -> Provider:
    """Of the cloud in which the installation's registration is: sign-in does not cross clouds either."""
    login_root = login_of(Cloud(settings.client_cloud), settings=settings)
    return discover(f"{login_root}/{settings.sign_in_tenant}/v2.0")


def _asked(settings: Settings, secret: str) -> Asked:
    client_id = settings.sign_in_client_id or settings.client_id
    if client_id is None:
        raise Misconfigured("sign_in_not_set_up")
    return Asked(
        client_id=client_id,
        redirect_uri=settings.sign_in_redirect_uri,
        state=derived(secret, "state"),
        nonce=derived(secret, "nonce"),
        verifier=derived(secret, "verifier"),
        context=settings.sign_in_context or "",
    )


def _proof(settings: Settings) -> Proof | None:
    """What the app for signing in proves itself with; its own secret, else that of the installation's app."""
    own = settings.sign_in_client_secret
    if own is None and settings.sign_in_client_id in {None, settings.client_id}:
        own = settings.client_secret
    if own is not None:
        return own.get_secret_value()
    return Federation(settings.federated_token_file) if settings.federated_token_file else None
