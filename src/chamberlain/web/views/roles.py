"""People and roles: in a tenant, or in the whole installation."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from chamberlain.actions.end_session import end_sessions_of
from chamberlain.actions.grant_role import grant_role
from chamberlain.actions.revoke_role import revoke_role
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor, Role
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may
from chamberlain.queries import connections
from chamberlain.queries.roles import list_people_of_chamberlain, roles_to_give
from chamberlain.sentences import explain
from chamberlain.web import words
from chamberlain.web.address import text_in
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of

LONGEST_REASON = 500


@require_http_methods(["GET", "HEAD", "POST"])
def in_installation(request: HttpRequest) -> HttpResponse:
    """Everybody with every role; a POST gives or takes one in the whole installation, or takes one anywhere."""
    return _answer(request, viewer_of(request), None)


@require_http_methods(["GET", "HEAD", "POST"])
def in_tenant(request: HttpRequest, slug: str) -> HttpResponse:
    """Whose roles count in a tenant; a POST gives or takes one there."""
    viewer = viewer_of(request)
    return _answer(request, viewer, connections.find_tenant(viewer=viewer, slug=slug))


def _answer(request: HttpRequest, viewer: Actor, tenant: Tenant | None) -> HttpResponse:
    if request.method != "POST":
        return _show(request, viewer, tenant)
    sent = request.POST
    deed = {"give": _give, "take": _take, "end_sessions": _end_sessions}.get(sent.get("do", ""))
    try:
        if deed is None:
            # Whoever may change nothing here learns that first, whatever else was wrong with what they sent.
            list_people_of_chamberlain(viewer=viewer, tenant=tenant)
            raise Http404
        told = deed(viewer, tenant, sent)
    except ChamberlainError as error:
        if error.code == "not_allowed":
            raise
        return _show(request, viewer, tenant, failure=error, typed=sent)
    messages.info(request, told)
    return redirect("roles", slug=tenant.slug) if tenant else redirect("all_roles")


def _give(viewer: Actor, tenant: Tenant | None, sent: QueryDict) -> str:
    known = {role.value: role for role in Role}
    role = known.get(sent.get("role", ""))
    if role is None:
        raise Http404
    is_new = grant_role(
        actor=viewer,
        person=text_in(sent, "person"),
        role=role,
        tenant=tenant,
        permission=text_in(sent, "permission") if role is Role.APP_ADMIN else "",
        reason=sent.get("reason", "").strip()[:LONGEST_REASON],
    )
    if not is_new:
        return _("They have this role already.")
    return _("%(role)s: given. It counts from their next request on.") % {"role": words.ROLE[role]}


def _take(viewer: Actor, tenant: Tenant | None, sent: QueryDict) -> str:
    number = sent.get("number", "")
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    revoke_role(
        actor=viewer,
        role_id=int(number),
        tenant_id=tenant.id if tenant else None,
        reason=sent.get("reason", "").strip()[:LONGEST_REASON],
    )
    return _("The role is taken. It counts from their next request on.")


def _end_sessions(viewer: Actor, _tenant: Tenant | None, sent: QueryDict) -> str:
    # asks for the right in the whole installation, wherever the form stood: sessions are not of one tenant
    try:
        person = UUID(sent.get("person", ""))
    except ValueError:
        raise Http404 from None
    ended = end_sessions_of(actor=viewer, person=person)
    return ngettext("%(n)d session is ended.", "%(n)d sessions are ended.", ended) % {"n": ended}


def _show(
    request: HttpRequest,
    viewer: Actor,
    tenant: Tenant | None,
    *,
    failure: ChamberlainError | None = None,
    typed: QueryDict | None = None,
) -> HttpResponse:
    context = {
        "tenant": tenant,
        "people": list_people_of_chamberlain(viewer=viewer, tenant=tenant),
        "may_grant": may(viewer, Deed.GRANT_ROLES, tenant_id=tenant.id if tenant else None),
        "roles": tuple((role, words.ROLE_MEANING[role]) for role in roles_to_give(tenant=tenant)),
        "viewer_id": viewer.id,
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "typed": typed,
        "longest": LONGEST_REASON,
    }
    response = show(request, "roles/roles.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response
