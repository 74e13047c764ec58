"""What the identity platform says when it refuses: AADSTS codes with their texts.

source  https://learn.microsoft.com/entra/identity-platform/reference-error-codes (read 2026)
"""

import time
import uuid
from enum import Enum
from typing import NamedTuple

from chamberlain.simulator.message import Response, json_response


class _Text(NamedTuple):
    code: int
    error: str
    status: int
    message: str


class Aadsts(Enum):
    """Reasons for a refusal; `{}` is filled with the one thing the message names."""

    WRONG_SECRET = _Text(
        7000215,
        "invalid_client",
        401,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret"
        " value, not the client secret ID, for a secret added to app '{}'.",
    )
    NO_CREDENTIAL = _Text(
        7000218,
        "invalid_client",
        401,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    )
    SECRET_EXPIRED = _Text(
        7000222,
        "invalid_client",
        401,
        "The provided client secret keys for app '{}' are expired. Visit the Azure portal to create new keys for your"
        " app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security.",
    )
    NOT_A_TOKEN = _Text(50027, "invalid_client", 401, "JWT token is invalid or malformed.")
    UNKNOWN_CERTIFICATE = _Text(
        700027,
        "invalid_client",
        401,
        "The certificate with identifier used to sign the client assertion is not registered on application '{}'.",
    )
    BAD_SIGNATURE = _Text(700027, "invalid_client", 401, "Client assertion failed signature validation.")
    CERTIFICATE_EXPIRED = _Text(
        1000502, "invalid_client", 401, "The provided certificate is not within its specified validity window."
    )
    OTHER_APPLICATION = _Text(
        700021,
        "invalid_client",
        401,
        "Client assertion application identifier doesn't match 'client_id' parameter.",
    )
    OTHER_AUDIENCE = _Text(
        700023, "invalid_client", 401, "Client assertion audience claim does not match Realm issuer."
    )
    UNTIMELY = _Text(700024, "invalid_client", 401, "Client assertion is not within its valid time range.")
    INVALID_ASSERTION = _Text(50013, "invalid_client", 401, "Assertion failed signature validation.")
    NO_ISSUER = _Text(
        700211,
        "invalid_client",
        401,
        "No matching federated identity record found for presented assertion issuer '{}'.",
    )
    NO_AUDIENCE = _Text(
        700212,
        "invalid_client",
        401,
        "No matching federated identity record found for presented assertion audience '{}'.",
    )
    NO_SUBJECT = _Text(
        700213,
        "invalid_client",
        401,
        "No matching federated identity record found for presented assertion subject '{}'.",
    )
    OTHER_CLOUD = _Text(
        90038,
        "invalid_request",
        400,
        "Tenant '{}' request is being redirected to the National Cloud in which it lives.",
    )
    NOT_IN_TENANT = _Text(
        700016,
        "unauthorized_client",
        400,
        "Application with identifier '{}' was not found in the directory. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any "
        "user in the tenant. You may have sent your authentication request to the wrong tenant.",
    )
    NO_SUCH_TENANT = _Text(
        90002,
        "invalid_request",
        400,
        "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing into "
        "the correct cloud. Check with your subscription administrator, this may happen if there are no "
        "active subscriptions for the tenant.",
    )
    MALFORMED_TENANT = _Text(
        900023,
        "invalid_request",
        400,
        "Specified tenant identifier '{}' is neither a valid DNS name, nor a valid external domain.",
    )
    NO_TENANT_NAMED = _Text(
        50059,
        "invalid_request",
        400,
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
    )
    BAD_SCOPE = _Text(
        70011,
        "invalid_scope",
        400,
        "The provided request must include a 'scope' input parameter. The provided value for the input "
        "parameter 'scope' is not valid. The scope {} is not valid.",
    )
    SEVERAL_RESOURCES = _Text(
        700022,
        "invalid_scope",
        400,
        "The provided value for the input parameter scope '{}' is not valid because it contains more than"
        " one resource.",
    )
    NO_SUCH_RESOURCE = _Text(
        500011,
        "invalid_resource",
        400,
        "The resource principal named {} was not found in the tenant. This can happen if the application "
        "has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant.",
    )
    MISSING_FIELD = _Text(
        900144, "invalid_request", 400, "The request body must contain the following parameter: '{}'."
    )
    UNSUPPORTED_GRANT = _Text(70003, "unsupported_grant_type", 400, "The app requested an unsupported grant type '{}'.")
    WRONG_REDIRECT = _Text(
        50011,
        "invalid_request",
        400,
        "The redirect URI '{}' specified in the request does not match the redirect URIs configured for "
        "the application.",
    )
    SINGLE_TENANT = _Text(
        50194,
        "invalid_request",
        400,
        "Application '{}' is not configured as a multi-tenant application.",
    )
    DECLINED = _Text(65004, "access_denied", 400, "The resource owner or authorization server denied the request.")
    ADMIN_NEEDED = _Text(
        90094,
        "access_denied",
        400,
        "An administrator of {} has set a policy that prevents you from granting the requested "
        "permissions. Only an administrator can grant them.",
    )
    MALFORMED_CODE = _Text(9002313, "invalid_grant", 400, "Invalid request. Request is malformed or invalid.")
    CODE_REDEEMED = _Text(
        54005,
        "invalid_grant",
        400,
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing "
        "refresh token.",
    )
    CODE_EXPIRED = _Text(
        70008,
        "invalid_grant",
        400,
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive "
        "authorization request for this user and resource.",
    )
    OTHER_REDIRECT = _Text(
        500112,
        "invalid_grant",
        400,
        "The reply address '{}' does not match the reply address provided when requesting Authorization code.",
    )
    WRONG_VERIFIER = _Text(
        501481,
        "invalid_grant",
        400,
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    )
    BAD_CHALLENGE = _Text(50147, "invalid_request", 400, "The size of the code challenge parameter isn't valid.")
    RESPONSE_TYPE_OFF = _Text(
        700054, "unsupported_response_type", 400, "response_type '{}' is not enabled for the application."
    )
    NOBODY_SIGNED_IN = _Text(
        50058, "login_required", 400, "A silent sign-in request was sent but no user is signed in."
    )
    NO_SUCH_ACCOUNT = _Text(
        50034,
        "invalid_grant",
        400,
        "The user account {} does not exist in the directory. To sign into this "
        "application, the account must be added to the directory.",
    )
    ACCOUNT_DISABLED = _Text(50057, "invalid_grant", 400, "The user account is disabled.")
    NOT_ASSIGNED = _Text(
        50105,
        "invalid_grant",
        400,
        "Your administrator has configured the application '{}' to block users unless they are specifically "
        "granted ('assigned') access to the application. The signed in user is blocked because they are not a "
        "direct member of a group with access, nor had access directly assigned by an administrator.",
    )
    FOREIGN_ACCOUNT = _Text(
        50020,
        "invalid_grant",
        400,
        "User account '{}' from another identity provider does not exist in the tenant and cannot access the "
        "application in that tenant. The account needs to be added as an external user in the tenant first.",
    )


def sentence(reason: Aadsts, about: str = "") -> str:
    """Code, message, and the ids that Microsoft appends."""
    text = reason.value
    stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    return (
        f"AADSTS{text.code}: {text.message.format(about)} "
        f"Trace ID: {uuid.uuid4()} Correlation ID: {uuid.uuid4()} Timestamp: {stamp}"
    )


def refuse(reason: Aadsts, about: str = "") -> Response:
    """The token endpoint's JSON answer to a refusal."""
    text = reason.value
    description = sentence(reason, about)
    trace, correlation = description.split("Trace ID: ")[1].split(" Correlation ID: ")
    return json_response(
        text.status,
        {
            "error": text.error,
            "error_description": description,
            "error_codes": [text.code],
            "timestamp": description.rpartition("Timestamp: ")[2],
            "trace_id": trace,
            "correlation_id": correlation.split(" ")[0],
            "error_uri": f"https://login.microsoftonline.com/error?code={text.code}",
        },
    )
