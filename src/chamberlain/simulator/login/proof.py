"""How an application proves at the token endpoint that it is the one it names."""

import secrets
import time

from chamberlain.simulator.login.assertion import Asked, Problem, assertion_problem
from chamberlain.simulator.login.directory import Directory
from chamberlain.simulator.login.platform import Platform
from chamberlain.simulator.login.refusal import Aadsts
from chamberlain.simulator.login.registration import Registration
from chamberlain.simulator.message import Request

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def proof_problem(
    directory: Directory, platform: Platform, registration: Registration, request: Request, secret: str | None
) -> Problem | None:
    """Why the request does not prove that it comes from the application; None when it does.

    secret  from the form or from HTTP Basic
    """
    form = request.form
    if "client_assertion" in form:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            return Aadsts.MISSING_FIELD, "client_assertion_type"
        tenant = directory.world.base.tenant
        names = {request.segments[0], tenant.id, tenant.domain}
        roots = {request.origin, directory.cloud.login}
        audiences = {
            f"{root}/{name}{path}" for root in roots for name in names for path in ("/oauth2/v2.0/token", "/v2.0")
        }
        asked = Asked(
            registration.client_id, directory.credentials[registration.client_id], frozenset(audiences), platform
        )
        return assertion_problem(form["client_assertion"], asked)
    return _secret_problem(directory, registration, secret)


def _secret_problem(directory: Directory, registration: Registration, secret: str | None) -> Problem | None:
    if not secret:
        return Aadsts.NO_CREDENTIAL, ""
    passwords = directory.credentials[registration.client_id].passwords
    found = [one for one in passwords if secrets.compare_digest(secret.encode(), one.secret.encode())]
    if not found:
        return Aadsts.WRONG_SECRET, registration.client_id
    if all(one.ends < time.time() for one in found):
        return Aadsts.SECRET_EXPIRED, registration.client_id
    return None
