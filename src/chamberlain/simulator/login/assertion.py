"""Signed statements in place of a secret: of the application itself by its certificate, or of a platform it trusts.

source  https://learn.microsoft.com/entra/identity-platform/certificate-credentials,
        https://learn.microsoft.com/entra/workload-id/workload-identity-federation (read 2026); error numbers as
        reference-error-codes and reports of their messages have them (github.com/Azure/login/issues/482)

Microsoft asks for a `jti` in each. One may come again while it holds: Microsoft's own library sends it for a minute.
"""

import time
from dataclasses import dataclass
from typing import Any

import jwt

from chamberlain.simulator.login.credentials import AppCredentials, Federated, Key
from chamberlain.simulator.login.platform import Platform, unverified
from chamberlain.simulator.login.refusal import Aadsts

SKEW_SECONDS = 300
Problem = tuple[Aadsts, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an assertion is judged by. `audiences` are the names of the token endpoint."""

    client_id: str
    credentials: AppCredentials
    audiences: frozenset[str]
    platform: Platform


def assertion_problem(assertion: str, asked: Asked) -> Problem | None:
    """Why an assertion does not let its bearer in; None when it does."""
    claims = unverified(assertion)
    if claims is None:
        return Aadsts.NOT_A_TOKEN, ""
    if any(claims.get("iss") == known.issuer for known in asked.credentials.federated):
        return _federated_problem(assertion, claims, asked)
    if asked.credentials.federated and claims.get("iss") != asked.client_id and "x5t#S256" not in _header(assertion):
        return Aadsts.NO_ISSUER, str(claims.get("iss"))
    return _own_problem(assertion, claims, asked)


def _own_problem(assertion: str, claims: dict[str, Any], asked: Asked) -> Problem | None:
    header = _header(assertion)
    key = next((known for known in asked.credentials.keys if known.named(header)), None)
    if key is None:
        return Aadsts.UNKNOWN_CERTIFICATE, asked.client_id
    if not _is_signed(assertion, key):
        return Aadsts.BAD_SIGNATURE, ""
    if not key.holds(time.time()):
        return Aadsts.CERTIFICATE_EXPIRED, ""
    if {claims.get("iss"), claims.get("sub")} != {asked.client_id}:
        return Aadsts.OTHER_APPLICATION, ""
    if claims.get("aud") not in asked.audiences:
        return Aadsts.OTHER_AUDIENCE, ""
    if not _is_timely(claims):
        return Aadsts.UNTIMELY, ""
    return None if claims.get("jti") else (Aadsts.INVALID_ASSERTION, "")


def _federated_problem(assertion: str, claims: dict[str, Any], asked: Asked) -> Problem | None:
    found: list[Federated] = [one for one in asked.credentials.federated if one.issuer == claims.get("iss")]
    named = claims.get("aud")
    audiences = set(named) if isinstance(named, list) else {named}
    matching = [one for one in found if audiences & set(one.audiences)]
    if not matching:
        return Aadsts.NO_AUDIENCE, str(named)
    if all(one.subject != claims.get("sub") for one in matching):
        return Aadsts.NO_SUBJECT, str(claims.get("sub"))
    try:
        asked.platform.claims(assertion)
    except jwt.InvalidTokenError:
        return Aadsts.INVALID_ASSERTION, ""
    return None if _is_timely(claims) else (Aadsts.UNTIMELY, "")


def _header(assertion: str) -> dict[str, Any]:
    return jwt.get_unverified_header(assertion)


def _is_signed(assertion: str, key: Key) -> bool:
    public = key.public
    if public is None:
        return False
    try:
        jwt.decode(
            assertion,
            public,
            algorithms=["RS256", "PS256"],
            options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        return False
    return True


def _is_timely(claims: dict[str, Any]) -> bool:
    now, begins, ends = time.time(), claims.get("nbf", 0), claims.get("exp")
    if not isinstance(ends, int | float) or not isinstance(begins, int | float):
        return False
    return begins - SKEW_SECONDS <= now <= ends + SKEW_SECONDS
