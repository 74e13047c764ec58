"""Sign-in of people: the authorization endpoint with its page, where one chooses who one is. No password is asked.

source  https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow, v2-protocols-oidc (read 2026)
        https://learn.microsoft.com/entra/identity-platform/reply-url (read 2026): exact, but any port on the loopback
"""

import re
from functools import cache
from html import escape
from importlib import resources
from itertools import islice
from string import Template
from urllib.parse import urlencode

from chamberlain.simulator.login.code import Codes
from chamberlain.simulator.login.consent import FOREIGN_TENANT
from chamberlain.simulator.login.directory import ANY_TENANT, Directory
from chamberlain.simulator.login.refusal import Aadsts, sentence
from chamberlain.simulator.login.registration import Registration
from chamberlain.simulator.message import Request, Response
from chamberlain.simulator.world.person import AccountUse, Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

SIGN_IN_REDIRECT = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d{1,5})?/sign-in/microsoft/callback")
"""The redirect URIs that are registered for sign-in."""
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43,128}")
SUGGESTED = 8
FOREIGN = "foreign"
STRANGER = Person(
    -1, "9d5c2f0a-7b1e-4c53-8a44-3e6f0b6a1c77", AccountUse.ADMIN, "Ada Elsewhere", "ada@elsewhere.example", "ada", ""
)
"""Somebody of another organisation."""


@cache
def _template(name: str) -> Template:
    return Template(resources.files(__package__).joinpath(name).read_text("utf-8"))


def _page(status: int, name: str, **texts: str) -> Response:
    body = _template(name).substitute(texts).encode()
    return Response(status, body, "text/html; charset=utf-8", {"Cache-Control": "no-store"})


def _problem(reason: Aadsts, about: str = "") -> Response:
    return _page(400, "problem.html", problem=escape(sentence(reason, about)))


def _back(query: dict[str, str], answer: dict[str, str]) -> Response:
    """To the redirect URI, with the state that came."""
    if "state" in query:
        answer["state"] = query["state"]
    redirect = query["redirect_uri"]
    location = f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(answer)}"
    return Response(302, headers={"Location": location, "Cache-Control": "no-store"}, content_type="text/plain")


def _error_back(query: dict[str, str], error: str, reason: Aadsts, about: str = "", **more: str) -> Response:
    return _back(query, {"error": error, "error_description": sentence(reason, about), **more})


def _checked(directory: Directory, tenant: str, request: Request) -> Registration | Response:
    """The application that asks, or the page that says why it may not. Such errors never reach the redirect URI."""
    query = request.query
    if tenant.lower() not in ANY_TENANT and (problem := directory.tenant_problem(tenant)):
        return _problem(problem, tenant)
    for field in ("client_id", "redirect_uri"):
        if not query.get(field):
            return _problem(Aadsts.MISSING_FIELD, field)
    registration = directory.registration(query["client_id"])
    if registration is None:
        return _problem(Aadsts.NOT_IN_TENANT, query["client_id"])
    if tenant.lower() in ANY_TENANT and not registration.multi_tenant:
        return _problem(Aadsts.SINGLE_TENANT, registration.client_id)
    if not SIGN_IN_REDIRECT.fullmatch(query["redirect_uri"]):
        return _problem(Aadsts.WRONG_REDIRECT, query["redirect_uri"])
    return registration


def _wrong_question(query: dict[str, str]) -> Response | None:
    """What is wrong with the question itself; the application hears it on its redirect URI."""
    if query.get("response_type") != "code":
        return _error_back(query, "unsupported_response_type", Aadsts.RESPONSE_TYPE_OFF, query.get("response_type", ""))
    if "openid" not in query.get("scope", "").split():
        return _error_back(query, "invalid_request", Aadsts.MISSING_FIELD, "scope")
    if query.get("code_challenge_method") == "S256" and not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
        return _error_back(query, "invalid_request", Aadsts.BAD_CHALLENGE)
    if query.get("prompt") == "none":
        return _error_back(query, "login_required", Aadsts.NOBODY_SIGNED_IN)
    return None


def sign_in_page(directory: Directory, tenant: str, request: Request) -> Response:
    """The page that asks who one is."""
    registration = _checked(directory, tenant, request)
    if isinstance(registration, Response):
        return registration
    if (wrong := _wrong_question(request.query)) is not None:
        return wrong
    rows = "".join(
        _template("account.html").substitute(
            id=person.id, name=escape(person.display_name or "–"), user_name=escape(person.user_principal_name)
        )
        for person in _suggested(directory.world.view())
    )
    base = directory.world.base.tenant
    return _page(
        200,
        "authorize.html",
        tenant=escape(f"{base.name} ({base.domain})"),
        app=escape(registration.display_name),
        accounts=rows,
        hint=escape(request.query.get("login_hint", "")),
        action=escape(request.target),
    )


def _suggested(view: View) -> list[Person]:
    people = (view.person(index) for index in range(view.size(Kind.USER)) if view.present(Ref(Kind.USER, index)))
    return list(islice((one for one in people if one.use is AccountUse.EMPLOYEE and one.enabled), SUGGESTED))


def sign_in_answer(directory: Directory, codes: Codes, tenant: str, request: Request) -> Response:
    """Sign the chosen person in and send the browser back, with a code or with what Microsoft says instead."""
    registration = _checked(directory, tenant, request)
    if isinstance(registration, Response):
        return registration
    query, form = request.query, request.form
    if (wrong := _wrong_question(query)) is not None:
        return wrong
    if form.get("answer") == "cancel":
        return _error_back(query, "access_denied", Aadsts.DECLINED, error_subcode="cancel")
    chosen = form.get("other", "").strip() or form.get("account", "")
    if chosen == FOREIGN:
        return _foreign(codes, tenant, query)
    person = _person(directory.world.view(), chosen)
    if person is None:
        return _problem(Aadsts.NO_SUCH_ACCOUNT, chosen)
    if not person.enabled:
        return _problem(Aadsts.ACCOUNT_DISABLED)
    if directory.world.knobs.sign_in_assignment and not _is_assigned(directory, registration, person):
        return _problem(Aadsts.NOT_ASSIGNED, registration.client_id)
    return _back(query, {"code": codes.issue(query, tenant_id=directory.world.base.tenant.id, person=person)})


def _foreign(codes: Codes, tenant: str, query: dict[str, str]) -> Response:
    """Somebody of another organisation: welcome where any may sign in, unknown in this one."""
    if tenant.lower() not in ANY_TENANT:
        return _problem(Aadsts.FOREIGN_ACCOUNT, STRANGER.user_principal_name)
    return _back(query, {"code": codes.issue(query, tenant_id=FOREIGN_TENANT, person=STRANGER)})


def _person(view: View, named: str) -> Person | None:
    """The person with this object id or sign-in name."""
    ref = view.find(named.lower())
    if ref is not None and ref.kind is Kind.USER:
        return view.person(ref.serial)
    index = view.find_user(named)
    return None if index is None else view.person(index)


def _is_assigned(directory: Directory, registration: Registration, person: Person) -> bool:
    """Whether the person was assigned to the application itself; groups are not looked into."""
    principal = directory.service_principal(registration)
    if principal is None:
        return False
    held = directory.world.view().app_assignments_of(Ref(Kind.USER, person.serial))
    return any(one.resource == principal.serial for one in held)
