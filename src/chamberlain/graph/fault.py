"""Answers that are not what was asked for, classified once, by status and code, never by searching texts.

source  graph-errors: https://learn.microsoft.com/graph/errors (2026), AADSTS codes:
        https://learn.microsoft.com/entra/identity-platform/reference-error-codes (2026)
"""

from datetime import timedelta
from typing import Any, NoReturn

import msgspec

from chamberlain.errors import ChamberlainError, Misconfigured, NotFound, Refused, Upstream

# AADSTS numbers that mean something a person can repair; everything else is told with its number.
TOKEN_ERRORS: dict[int, tuple[type[ChamberlainError], str]] = {
    7000215: (Refused, "secret_wrong"),
    7000222: (Refused, "secret_expired"),
    700027: (Refused, "certificate_refused"),
    700030: (Refused, "certificate_refused"),
    1000502: (Refused, "certificate_expired"),
    700024: (Refused, "assertion_untimely"),
    500133: (Refused, "assertion_untimely"),
    700021: (Refused, "assertion_invalid"),
    700023: (Refused, "assertion_invalid"),
    50027: (Refused, "assertion_invalid"),
    700229: (Refused, "assertion_invalid"),
    50012: (Refused, "assertion_invalid"),
    50013: (Refused, "assertion_invalid"),
    70021: (Refused, "federation_unmatched"),
    700211: (Refused, "federation_unmatched"),
    700212: (Refused, "federation_unmatched"),
    700213: (Refused, "federation_unmatched"),
    7002137: (Refused, "federation_unmatched"),
    7002138: (Refused, "federation_unmatched"),
    700016: (Refused, "consent_missing"),
    700011: (Refused, "consent_missing"),
    7000229: (Refused, "consent_missing"),
    70001: (Refused, "app_disabled"),
    7000112: (Refused, "app_disabled"),
    65005: (Refused, "registration_incomplete"),
    650056: (Refused, "registration_incomplete"),
    650057: (Refused, "registration_incomplete"),
    50001: (Refused, "service_missing"),
    500011: (Refused, "service_missing"),
    500014: (Refused, "service_missing"),
    650052: (Refused, "service_missing"),
    90002: (NotFound, "tenant_unknown"),
    900023: (NotFound, "tenant_unknown"),
    90038: (Refused, "tenant_in_other_cloud"),
    900432: (Refused, "tenant_in_other_cloud"),
    900439: (Refused, "tenant_in_other_cloud"),
    53000: (Refused, "blocked_by_conditional_access"),
    53003: (Refused, "blocked_by_conditional_access"),
    530032: (Refused, "blocked_by_conditional_access"),
    50033: (Upstream, "microsoft_busy"),
    50087: (Upstream, "microsoft_busy"),
    50088: (Upstream, "microsoft_busy"),
    50196: (Upstream, "microsoft_busy"),
    90006: (Upstream, "microsoft_busy"),
    90012: (Upstream, "microsoft_busy"),
    90024: (Upstream, "microsoft_busy"),
    90033: (Upstream, "microsoft_busy"),
    90055: (Upstream, "microsoft_busy"),
    90090: (Upstream, "microsoft_busy"),
}
# A tenant that has not bought what a question is about. Not a matter of permissions.
NOT_LICENSED = frozenset({"AadPremiumLicenseRequired", "Authentication_RequestFromNonPremiumTenantOrB2CTenant"})
MESSAGE_MOST = 300
EXPIRED_PAGE = frozenset({"Directory_ExpiredPageToken", "DirectoryPageTokenNotFoundException"})
# source  https://learn.microsoft.com/graph/delta-query-overview#synchronization-reset (2026); beside them 410 Gone
EXPIRED_DELTA = frozenset({"syncStateNotFound", "resyncRequired", "SyncStateNotFound", "ResyncRequired"})
# What Microsoft answers when it called our address and did not get its token back, or when it does not want to tell us.
# source  https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (2026); codes as seen on the wire
UNTOLD = {(400, "InvalidRequest"): "notices_unreachable", (400, "ValidationError"): "notices_unreachable"}
UNTOLD |= {(status, "ExtensionError"): "notices_refused" for status in (400, 401, 403)}


class _TokenError(msgspec.Struct):
    error: str = ""
    error_codes: list[int] = []
    trace_id: str = ""


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""


class _ErrorBody(msgspec.Struct):
    error: _Error


def graph_code(body: bytes) -> str:
    """The error code in a Graph error body; "" where the body is not one (empty, HTML, cut off)."""
    try:
        return msgspec.json.decode(body, type=_ErrorBody).error.code
    except msgspec.DecodeError:
        return ""


def graph_message(body: bytes) -> str:
    """What a Graph error body says in words, cut short: for people to read, never to decide by."""
    try:
        return msgspec.json.decode(body, type=_ErrorBody).error.message[:MESSAGE_MOST]
    except msgspec.DecodeError:
        return ""


def raise_for_token(status: int, body: bytes, *, again_after: timedelta | None = None) -> NoReturn:
    """Turns a refused token request into an error.

    raises  Refused, NotFound, Upstream or Misconfigured, as `TOKEN_ERRORS` says
    """
    try:
        answer = msgspec.json.decode(body, type=_TokenError)
    except msgspec.DecodeError:
        if status == 429 or status >= 500:
            raise Upstream("microsoft_busy", again_after=again_after, status=status, request_id="") from None
        raise Upstream("microsoft_unreadable", path="token", status=status, request_id="") from None
    for number in answer.error_codes:
        if number in TOKEN_ERRORS:
            kind, code = TOKEN_ERRORS[number]
            raise kind(code, aadsts=number, status=status, request_id=answer.trace_id)
    if status >= 500 or status == 429:
        raise Upstream("microsoft_busy", again_after=again_after, status=status, request_id=answer.trace_id)
    number = answer.error_codes[0] if answer.error_codes else 0
    raise Misconfigured("token_refused", aadsts=number, error=answer.error, request_id=answer.trace_id)


def graph_error(
    status: int, body: bytes, *, path: str, request_id: str, again_after: timedelta | None
) -> ChamberlainError:
    """The error that a refused Graph request means.

    returns  NotFound("graph_not_found"), Refused("scope_missing" | "premium_missing" | "token_rejected" |
             "notices_unreachable" | "notices_refused") or Upstream
    """
    code = graph_code(body)
    data: dict[str, Any] = {"path": path, "status": status, "graph_code": code or "none", "request_id": request_id}
    data |= _said(status, body)
    expired = _expired(status, code)
    if expired is not None:
        return Upstream(expired, **data)
    refused = _refused(status, code, path=path)
    if refused is not None:
        return Refused(refused, **data)
    match status:
        case 404:
            return NotFound("graph_not_found", **data)
        case 401:
            return Refused("token_rejected", **data)
        case 403:
            return Refused("scope_missing", **data)
        case 429 | 503:
            return Upstream("microsoft_busy", again_after=again_after, **data)
        case _ if status >= 500:
            return Upstream("microsoft_failing", **data)
        case _:
            return Upstream("microsoft_refused", **data)


def _said(status: int, body: bytes) -> dict[str, str]:
    return {"said": graph_message(body)} if status == 400 else {}


def write_error(error: ChamberlainError | None) -> ChamberlainError | None:
    """The same for a request that was to change something, where it means something else.

    returns  Refused("write_denied" | "write_not_taken"): sending it again changes nothing;
             Upstream("microsoft_busy") where somebody else was changing the same
    source   https://learn.microsoft.com/graph/errors (2026): 409 is "conflicts with current state"
    """
    if error is None:
        return None
    match (error.code, error.data.get("status")):
        case ("scope_missing", _):
            return Refused("write_denied", **error.data)
        case ("microsoft_refused", 409):
            return Upstream("microsoft_busy", again_after=None, **error.data)
        case ("microsoft_refused", _):
            return Refused("write_not_taken", **{"said": "", **error.data})
        case _:
            return error


def _refused(status: int, code: str, *, path: str) -> str | None:
    """What Microsoft refuses for a reason that a code of its own tells."""
    if code in NOT_LICENSED:
        return "premium_missing"
    return UNTOLD.get((status, code)) if "/subscriptions" in path else None


def _expired(status: int, code: str) -> str | None:
    """Whether Microsoft forgot our place in a listing, or in what changed."""
    if code in EXPIRED_PAGE:
        return "page_expired"
    return "delta_expired" if code in EXPIRED_DELTA or status == 410 else None
