"""Authorization codes: what each was issued for, and the ID token that it buys, once.

source  https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow and id-token-claims-reference (read
        2026): a code lasts about ten minutes, RFC 6749 4.1.2 lets it buy once; `email` comes with the scope of that
        name, for who has an address
"""

import json
import secrets
import time
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any, cast

from chamberlain.simulator.login.directory import ANY_TENANT, Directory
from chamberlain.simulator.login.refusal import Aadsts, refuse
from chamberlain.simulator.login.signing import SigningKey
from chamberlain.simulator.message import Request, Response, json_response
from chamberlain.simulator.world.person import Person

TOKEN_SECONDS = 3_599


@dataclass(slots=True)
class Issued:
    """What a code stands for. `challenge` is empty where none was sent; `bought` when it was redeemed."""

    client_id: str
    redirect_uri: str
    scope: str
    nonce: str
    challenge: str
    tenant_id: str
    object_id: str
    name: str | None
    user_name: str
    at: float
    mail: str | None = None
    contexts: tuple[str, ...] = ()
    bought: bool = False


def challenge_of(verifier: str) -> str:
    """What S256 makes of a verifier (RFC 7636 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def contexts_in(claims: str) -> tuple[str, ...]:
    """The authentication contexts that a claims request asks for. No policy protects one here, so each is fulfilled.

    source  https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
            (2025): "ACRS requested, no policies configured: added to claims"
    """
    try:
        asked = json.loads(claims)["id_token"]["acrs"]
    except (ValueError, KeyError, TypeError):
        return ()
    wanted = cast(dict[str, Any], asked) if isinstance(asked, dict) else {}
    return tuple(str(one) for one in (*wanted.get("values", ()), *([wanted["value"]] if "value" in wanted else [])))


class Codes:
    """Codes that were issued; they die with the process."""

    def __init__(self) -> None:
        self._issued: dict[str, Issued] = {}

    def issue(self, query: dict[str, str], *, tenant_id: str, person: Person) -> str:
        """A new code for what an authorization request asked and the person who signed in."""
        code = f"1.{secrets.token_urlsafe(48)}"
        self._issued[code] = Issued(
            client_id=query["client_id"].lower(),
            redirect_uri=query["redirect_uri"],
            scope=query["scope"],
            nonce=query.get("nonce", ""),
            challenge=query.get("code_challenge", ""),
            tenant_id=tenant_id,
            object_id=person.id,
            name=person.display_name,
            user_name=person.user_principal_name,
            at=time.time(),
            mail=person.mail,
            contexts=contexts_in(query.get("claims", "")),
        )
        return code

    def redeem(self, code: str, form: dict[str, str], *, lasts: float) -> Issued | tuple[Aadsts, str]:
        """What the code stood for, or why it buys nothing.

        lasts  seconds that a code is good for
        """
        issued = self._issued.get(code)
        if issued is None or issued.client_id != form["client_id"].lower():
            return Aadsts.MALFORMED_CODE, ""
        if issued.bought:
            return Aadsts.CODE_REDEEMED, ""
        if time.time() - issued.at > lasts:
            return Aadsts.CODE_EXPIRED, ""
        if issued.redirect_uri != form.get("redirect_uri"):
            return Aadsts.OTHER_REDIRECT, form.get("redirect_uri", "")
        if issued.challenge and challenge_of(form.get("code_verifier", "")) != issued.challenge:
            return Aadsts.WRONG_VERIFIER, ""
        issued.bought = True
        return issued


def redeem_code(directory: Directory, codes: Codes, key: SigningKey, tenant: str, request: Request) -> Response:
    """The token endpoint's answer to `grant_type=authorization_code`."""
    form = request.form
    if tenant.lower() not in ANY_TENANT and (problem := directory.tenant_problem(tenant)):
        return refuse(problem, tenant)
    for field in ("client_id", "code", "redirect_uri"):
        if not form.get(field):
            return refuse(Aadsts.MISSING_FIELD, field)
    registration = directory.registration(form["client_id"])
    if registration is None:
        return refuse(Aadsts.NOT_IN_TENANT, form["client_id"])
    if not form.get("client_secret"):
        return refuse(Aadsts.NO_CREDENTIAL)
    if not secrets.compare_digest(form["client_secret"].encode(), registration.client_secret.encode()):
        return refuse(Aadsts.WRONG_SECRET, registration.client_id)
    found = codes.redeem(form["code"], form, lasts=directory.world.knobs.code_seconds)
    if isinstance(found, tuple):
        return refuse(*found)
    answer = {
        "token_type": "Bearer",
        "scope": found.scope,
        "expires_in": TOKEN_SECONDS,
        "ext_expires_in": TOKEN_SECONDS,
        "access_token": secrets.token_urlsafe(48),  # opaque to the client, and good for nothing here
        "id_token": key.sign(id_claims(found, origin=request.origin)),
    }
    return json_response(200, answer, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


def id_claims(issued: Issued, *, origin: str) -> dict[str, Any]:
    """Claims of the ID token. `sub` is pairwise: another application sees another one for the same person."""
    now = int(time.time())
    subject = blake2b(f"{issued.client_id}/{issued.object_id}".encode(), digest_size=32).digest()
    claims: dict[str, Any] = {
        "aud": issued.client_id,
        "iss": f"{origin}/{issued.tenant_id}/v2.0",
        "iat": now,
        "nbf": now,
        "exp": now + TOKEN_SECONDS,
        "oid": issued.object_id,
        "preferred_username": issued.user_name,
        "sid": str(uuid.uuid4()),
        "sub": urlsafe_b64encode(subject).rstrip(b"=").decode(),
        "tid": issued.tenant_id,
        "uti": uuid.uuid4().hex,
        "ver": "2.0",
    }
    if issued.name:
        claims["name"] = issued.name
    if issued.mail and "email" in issued.scope.split():
        claims["email"] = issued.mail
    if issued.contexts:
        claims["acrs"] = list(issued.contexts)
    if issued.nonce:
        claims["nonce"] = issued.nonce
    return claims
