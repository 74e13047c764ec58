"""Sign-in of people with OpenID Connect: where the provider is, what a code buys, and whether its token is true.

source  https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc and v2-oauth2-auth-code-flow (2026)
        https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference (2026): tid and oid name a person
        https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens (2026): `{tenantid}` in the
        issuer of `organizations` and of keys stands for the token's tid
        https://learn.microsoft.com/entra/identity-platform/optional-claims-reference (2026): `email` comes with the
        scope of that name, may be wrong and changes hands, so it is only where to write to
        https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
        (2025): `acrs` names the contexts whose policies are fulfilled, also where no policy is set for one; `amr` is no
        claim to rely on, since tokens of v2.0 do not have it by themselves
        https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import httpx2
import jwt
import msgspec

from chamberlain import clock
from chamberlain.errors import Misconfigured, Refused, Upstream
from chamberlain.graph.fault import raise_for_token
from chamberlain.graph.proof import Proof, form_of
from chamberlain.model.entrance import Visitor

Shape = TypeVar("Shape")
ALGORITHM = "RS256"
TENANT = "{tenantid}"
MANY = ("organizations", "common")
TIMEOUT = httpx2.Timeout(15.0, connect=10.0)
SKEW_SECONDS = 300
"""What clocks may differ by; Microsoft's own libraries forgive as much."""

LONGEST_NAME = 256
_NUL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Asked:
    """What we ask for and will compare with. `verifier` and `nonce` belong to one attempt of one browser.

    context  the authentication context that has to be fulfilled; "" where none has to be
    """

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    context: str = ""


class Provider(msgspec.Struct, frozen=True):
    """What the discovery document says."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Bought(msgspec.Struct):
    id_token: str


class _Keys(msgspec.Struct):
    keys: list[dict[str, Any]]


def discover(authority: str) -> Provider:
    """Where the provider's endpoints are. Asked anew each time: people sign in seldom, and keys and hosts change.

    authority  e.g. "https://login.microsoftonline.com/organizations/v2.0"
    raises     Upstream("network_unreachable" | "microsoft_unreadable"); Misconfigured("sign_in_provider_wrong") where
               the issuer is another one, or an endpoint is on another host
    source     https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation (2023)
               https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc (2026): the issuer of documents of
               many tenants has {tenantid} in place of a tenant
    """
    with _http() as http:
        provider = _get(http, f"{authority}/.well-known/openid-configuration", Provider)
    host = urlsplit(authority)[:2]
    if provider.issuer.lower() != _issuer_of(authority).lower():
        raise Misconfigured("sign_in_provider_wrong", host=urlsplit(provider.issuer).netloc)
    for address in (provider.issuer, provider.authorization_endpoint, provider.token_endpoint, provider.jwks_uri):
        if urlsplit(address)[:2] != host:
            raise Misconfigured("sign_in_provider_wrong", host=urlsplit(address).netloc)
    return provider


def _issuer_of(authority: str) -> str:
    """The issuer that a document has to name: itself, or a pattern where it stands for many tenants."""
    root, _, rest = authority.partition("//")
    host, _, path = rest.partition("/")
    name, _, version = path.partition("/")
    return f"{root}//{host}/{TENANT}/{version}" if name in MANY else authority


def authorization_url(provider: Provider, asked: Asked) -> str:
    """Where the browser goes to sign in."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode("ascii")
    query = {
        "client_id": asked.client_id,
        "response_type": "code",
        "response_mode": "query",
        "redirect_uri": asked.redirect_uri,
        "scope": "openid profile email",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "prompt": "select_account",
    }
    if asked.context:
        wanted = {"id_token": {"acrs": {"essential": True, "value": asked.context}}}
        query["claims"] = msgspec.json.encode(wanted).decode()
    return f"{provider.authorization_endpoint}?{urlencode(query)}"


def identify(provider: Provider, asked: Asked, *, code: str, proof: Proof) -> Visitor:
    """Who signed in: buys the ID token with the code, and believes it only when everything about it is right.

    raises  Refused("sign_in_code_refused" | "sign_in_token_invalid" | "sign_in_clock_off" | "sign_in_context_missing"),
            Upstream, Misconfigured
    """
    with _http() as http:
        token = _buy(http, provider, asked, code=code, proof=proof)
        keys = _get(http, provider.jwks_uri, _Keys).keys
    return visitor_of(checked_claims(token, keys, issuer=provider.issuer, asked=asked))


def checked_claims(token: str, keys: list[dict[str, Any]], *, issuer: str, asked: Asked) -> dict[str, Any]:
    """The claims of a token that the provider signed for us, now, and for this attempt.

    issuer  as in the discovery document, with `{tenantid}` where it serves many tenants
    raises  Refused("sign_in_token_invalid"), Refused("sign_in_clock_off"), Refused("sign_in_context_missing")
    """
    key = _key_of(token, keys)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm=ALGORITHM),
            algorithms=[ALGORITHM],
            audience=asked.client_id,
            leeway=SKEW_SECONDS,
            options={"require": ["iss", "aud", "exp", "iat", "nonce", "tid", "oid"], "strict_aud": True},
        )
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        raise Refused("sign_in_clock_off", reason=type(error).__name__) from None
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Refused("sign_in_token_invalid", reason=type(error).__name__) from None
    expected = issuer.replace(TENANT, str(claims["tid"]))
    if claims["iss"] != expected or str(key.get("issuer", issuer)).replace(TENANT, str(claims["tid"])) != expected:
        raise Refused("sign_in_token_invalid", reason="issuer")
    if claims["nonce"] != asked.nonce:
        raise Refused("sign_in_token_invalid", reason="nonce")
    if asked.context and asked.context not in _contexts_of(claims):
        raise Refused("sign_in_context_missing", context=asked.context)
    return claims


def _contexts_of(claims: Mapping[str, Any]) -> list[object]:
    """The contexts that a token confirms. What the browser was sent to ask proves nothing: people edit addresses."""
    told = claims.get("acrs")
    return list(told) if isinstance(told, list) else [told]


def visitor_of(claims: Mapping[str, Any]) -> Visitor:
    """The person whom checked claims name.

    raises  Refused("sign_in_token_invalid") where the ids are none
    """
    try:
        tenant, person = UUID(str(claims["tid"])), UUID(str(claims["oid"]))
    except ValueError:
        raise Refused("sign_in_token_invalid", reason="ids") from None
    user_name = _plain(claims.get("preferred_username"))
    name = _plain(claims.get("name")) or user_name or str(person)
    return Visitor(tenant, person, name, user_name, _plain(claims.get("email")))


def _plain(text: object) -> str:
    return _NUL.sub("\ufffd", str(text or ""))[:LONGEST_NAME]


def _key_of(token: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """The published RSA key that the token says it is signed with; a token chooses no other kind of key."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise Refused("sign_in_token_invalid", reason="malformed") from None
    if header.get("alg") != ALGORITHM:
        raise Refused("sign_in_token_invalid", reason="algorithm")
    for key in keys:
        if key.get("kid") == header.get("kid") and key.get("kty") == "RSA" and key.get("use", "sig") == "sig":
            return key
    raise Refused("sign_in_token_invalid", reason="key")


def _buy(http: httpx2.Client, provider: Provider, asked: Asked, *, code: str, proof: Proof) -> str:
    form = {
        "grant_type": "authorization_code",
        "client_id": asked.client_id,
        "code": code,
        "redirect_uri": asked.redirect_uri,
        "code_verifier": asked.verifier,
        **form_of(proof, client_id=asked.client_id, audience=provider.token_endpoint, now=clock.now()),
    }
    try:
        response = http.post(provider.token_endpoint, data=form)
    except httpx2.RequestError as error:
        raise _unreachable(provider.token_endpoint, error) from error
    if response.status_code != 200:
        if _error_of(response.content) == "invalid_grant":
            raise Refused("sign_in_code_refused")
        raise_for_token(response.status_code, response.content)
    return _decoded(response, _Bought).id_token


def _error_of(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body, type=dict[str, Any]).get("error", ""))
    except msgspec.DecodeError:
        return ""


def _http() -> httpx2.Client:
    return httpx2.Client(timeout=TIMEOUT, follow_redirects=False)


def _get(http: httpx2.Client, address: str, shape: type[Shape]) -> Shape:
    try:
        response = http.get(address)
    except httpx2.RequestError as error:
        raise _unreachable(address, error) from error
    if response.status_code != 200:
        raise_for_token(response.status_code, response.content)
    return _decoded(response, shape)


def _decoded(response: httpx2.Response, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(response.content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        path = response.url.path
        raise Upstream("microsoft_unreadable", path=path, status=response.status_code, request_id="") from error


def _unreachable(address: str, error: Exception) -> Upstream:
    return Upstream("network_unreachable", host=urlsplit(address).hostname or "", reason=type(error).__name__)
