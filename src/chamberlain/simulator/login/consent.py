"""Admin consent, in its v1 and v2.0 forms: the page, and the answers on the redirect URI.

source  https://learn.microsoft.com/entra/identity-platform/v2-admin-consent and v2-oauth2-client-creds-grant-flow (read
        2026)
"""

import re
from enum import Enum
from functools import cache
from html import escape
from importlib import resources
from string import Template
from urllib.parse import urlencode

from chamberlain.simulator.login.directory import ANY_TENANT, Directory
from chamberlain.simulator.login.refusal import Aadsts, sentence
from chamberlain.simulator.login.registration import Registration, graph_permissions
from chamberlain.simulator.message import Request, Response

FOREIGN_TENANT = "c1a5b5f0-3d0e-4f5c-9f0f-6a2d7f3b9e11"
_REDIRECT = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d{1,5})?/[^#\s]*")


class Form(Enum):
    """The two forms of the endpoint; they differ in `scope` and in how a cancel is told."""

    V1 = "v1"
    V2 = "v2.0"


class Account(Enum):
    """Who the person at the page signs in as."""

    GLOBAL_ADMINISTRATOR = "global_administrator"
    PRIVILEGED_ROLE_ADMINISTRATOR = "privileged_role_administrator"
    ORDINARY_USER = "ordinary_user"
    FOREIGN_ADMINISTRATOR = "foreign_administrator"


@cache
def _template(name: str) -> Template:
    return Template(resources.files(__package__).joinpath(name).read_text("utf-8"))


def _page(status: int, name: str, **texts: str) -> Response:
    return Response(
        status, _template(name).substitute(texts).encode(), "text/html; charset=utf-8", {"Cache-Control": "no-store"}
    )


def _problem(reason: Aadsts, about: str = "") -> Response:
    return _page(400, "problem.html", problem=escape(sentence(reason, about)))


def _check(directory: Directory, tenant: str, form: Form, request: Request) -> Registration | Response:
    """The application that asks, or the page that says why it may not. Such errors never reach the redirect URI."""
    query = request.query
    if tenant.lower() not in ANY_TENANT and (problem := directory.tenant_problem(tenant)):
        return _problem(problem, tenant)
    for field in ("client_id", "redirect_uri") if form is Form.V1 else ("client_id", "redirect_uri", "scope"):
        if not query.get(field):
            return _problem(Aadsts.MISSING_FIELD, field)
    registration = directory.registration(query["client_id"])
    if registration is None:
        return _problem(Aadsts.NOT_IN_TENANT, query["client_id"])
    if tenant.lower() in ANY_TENANT and not registration.multi_tenant:
        return _problem(Aadsts.SINGLE_TENANT, registration.client_id)
    if not _REDIRECT.fullmatch(query["redirect_uri"]):
        return _problem(Aadsts.WRONG_REDIRECT, query["redirect_uri"])
    return registration


def consent_page(directory: Directory, tenant: str, form: Form, request: Request) -> Response:
    """The page that asks an administrator."""
    registration = _check(directory, tenant, form, request)
    if isinstance(registration, Response):
        return registration
    known = graph_permissions()
    rows = (
        _template("permission.html").substitute(name=name, means=escape(known[name].means))
        for name in registration.roles
    )
    return _page(
        200,
        "consent.html",
        tenant=escape(f"{directory.world.base.tenant.name} ({directory.world.base.tenant.domain})"),
        app=escape(registration.display_name),
        client_id=registration.client_id,
        permissions="".join(rows),
        action=escape(request.target),
    )


def _answer(directory: Directory, form: Form, account: Account, *, accepted: bool) -> dict[str, str]:
    """Parameters of the redirect, without `state`."""
    tenant = directory.world.base.tenant
    if not accepted and form is Form.V1:
        return {"error": "permission_denied", "error_description": "The admin canceled the request"}
    if not accepted:
        return {"error": "access_denied", "error_subcode": "cancel", "error_description": sentence(Aadsts.DECLINED)}
    if account is Account.ORDINARY_USER:
        return {"error": "access_denied", "error_description": sentence(Aadsts.ADMIN_NEEDED, tenant.name)}
    return {
        "admin_consent": "True",
        "tenant": FOREIGN_TENANT if account is Account.FOREIGN_ADMINISTRATOR else tenant.id,
    }


def consent_answer(directory: Directory, tenant: str, form: Form, request: Request) -> Response:
    """Carry out what the person at the page chose and send the browser back."""
    registration = _check(directory, tenant, form, request)
    if isinstance(registration, Response):
        return registration
    try:
        account = Account(request.form.get("account", ""))
    except ValueError:
        return _problem(Aadsts.MISSING_FIELD, "account")
    answer = _answer(directory, form, account, accepted=request.form.get("answer") == "accept")
    if answer.get("tenant") == directory.world.base.tenant.id:
        directory.grant(registration)
    if "admin_consent" in answer and form is Form.V2:
        answer["scope"] = request.query["scope"]
    if "state" in request.query:
        answer["state"] = request.query["state"]
    redirect = request.query["redirect_uri"]
    location = f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(answer)}"
    return Response(302, headers={"Location": location, "Cache-Control": "no-store"}, content_type="text/plain")
