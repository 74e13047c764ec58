"""The v2.0 token endpoint for applications: client credentials with a secret, a certificate or a platform's word.

source  https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow (read 2026)
"""

import binascii
import secrets
from base64 import b64decode
from urllib.parse import unquote_plus

from chamberlain.simulator.login.cloud import is_foreign_login
from chamberlain.simulator.login.directory import ANY_TENANT, Directory
from chamberlain.simulator.login.platform import Platform
from chamberlain.simulator.login.proof import proof_problem
from chamberlain.simulator.login.refusal import Aadsts, refuse
from chamberlain.simulator.login.signing import SigningKey, app_only_claims
from chamberlain.simulator.message import Request, Response, json_response
from chamberlain.simulator.world.application import EXCHANGE_APP_ID, GRAPH_APP_ID

SHORTEST_LIFETIME_SECONDS = 3_599
LONGEST_LIFETIME_SECONDS = 5_399
_DEFAULT_SCOPE = "/.default"


def _credentials(request: Request) -> tuple[str | None, str | None]:
    """Client id and secret, from the form or from HTTP Basic."""
    form = request.form
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None, None
        return unquote_plus(client_id), unquote_plus(secret)
    return form.get("client_id"), form.get("client_secret")


def _scope_problem(scope: str, directory: Directory, origin: str) -> tuple[Aadsts, str] | None:
    """Why a scope cannot be granted: exactly one resource's `/.default`, and the resource is Graph or Exchange."""
    wanted = scope.split()
    if len(wanted) > 1:
        return Aadsts.SEVERAL_RESOURCES, scope
    if not wanted or not wanted[0].endswith(_DEFAULT_SCOPE):
        return Aadsts.BAD_SCOPE, scope
    resource = wanted[0].removesuffix(_DEFAULT_SCOPE).rstrip("/")
    if resource in {directory.cloud.exchange, EXCHANGE_APP_ID}:
        return None if directory.has_exchange else (Aadsts.NO_SUCH_RESOURCE, resource)
    if resource not in {directory.cloud.graph, GRAPH_APP_ID, origin}:
        return Aadsts.NO_SUCH_RESOURCE, resource
    return None


def _request_problem(directory: Directory, tenant: str, request: Request) -> tuple[Aadsts, str] | None:
    """The first thing wrong with the form itself, in the order in which Microsoft looks."""
    form = request.form
    if tenant.lower() in ANY_TENANT:
        return Aadsts.NO_TENANT_NAMED, ""
    if problem := directory.tenant_problem(tenant):
        return problem, tenant
    if is_foreign_login(request.headers.get("host", ""), directory.cloud):
        return Aadsts.OTHER_CLOUD, tenant
    if _credentials(request)[0] is None:
        return Aadsts.MISSING_FIELD, "client_id"
    for field in ("grant_type", "scope"):
        if field not in form:
            return Aadsts.MISSING_FIELD, field
    if form["grant_type"] != "client_credentials":
        return Aadsts.UNSUPPORTED_GRANT, form["grant_type"]
    return _scope_problem(form["scope"], directory, request.origin)


def _is_for_exchange(directory: Directory, request: Request) -> bool:
    """Which of the two resources a good scope names."""
    resource = request.form["scope"].removesuffix(_DEFAULT_SCOPE).rstrip("/")
    return resource in {directory.cloud.exchange, EXCHANGE_APP_ID}


def token(directory: Directory, key: SigningKey, platform: Platform, tenant: str, request: Request) -> Response:
    """A token, or the reason why there is none."""
    if problem := _request_problem(directory, tenant, request):
        return refuse(*problem)
    client_id, secret = _credentials(request)
    registration = directory.registration(client_id or "")
    principal = directory.service_principal(registration) if registration else None
    if registration is None or principal is None:
        return refuse(Aadsts.NOT_IN_TENANT, client_id or "")
    if problem := proof_problem(directory, platform, registration, request, secret):
        return refuse(*problem)
    to_exchange = _is_for_exchange(directory, request)
    lifetime = SHORTEST_LIFETIME_SECONDS + secrets.randbelow(LONGEST_LIFETIME_SECONDS - SHORTEST_LIFETIME_SECONDS)
    claims = app_only_claims(
        tenant_id=directory.world.base.tenant.id,
        client_id=registration.client_id,
        app_name=registration.display_name,
        object_id=principal.id,
        roles=directory.exchange_roles(registration) if to_exchange else directory.roles(registration),
        lifetime_seconds=lifetime,
    ) | {
        "aud": directory.cloud.exchange if to_exchange else directory.cloud.graph,
        "appidacr": "2" if "client_assertion" in request.form else "1",
    }
    answer = {
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": key.sign(claims),
    }
    return json_response(200, answer, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})
