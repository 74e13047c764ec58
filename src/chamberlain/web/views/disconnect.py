"""Disconnecting a tenant: what goes, what stays, and what is left to do at Microsoft; typed to confirm."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chamberlain.actions.disconnect import disconnect as disconnect_tenant
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import HOSTS
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.queries import connections
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.address import text_in
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of


@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: HttpRequest, slug: str) -> HttpResponse:
    """The page, and the deed."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    require(viewer, Deed.CONNECT, tenant_id=tenant.id)
    if request.method != "POST":
        return _show(request, viewer, tenant)
    forget = text_in(request.POST, "forget") == "yes"
    try:
        disconnect_tenant(
            actor=viewer, tenant=tenant, typed=text_in(request.POST, "typed"), forget=forget, settings=load()
        )
    except ChamberlainError as error:
        return _show(request, viewer, tenant, failure=error, forget=forget)
    if forget:
        messages.info(request, _("Disconnected. Everything known of the tenant is being removed."))
        return redirect("integrations")
    messages.info(request, _("Disconnected. What was read stays."))
    return redirect("connection", slug=tenant.slug)


def _show(
    request: HttpRequest,
    viewer: Actor,
    tenant: Tenant,
    *,
    failure: ChamberlainError | None = None,
    forget: bool = False,
) -> HttpResponse:
    standing = connections.find_standing(viewer=viewer, tenant=tenant)
    connection = standing.connection if standing else None
    context = {
        "tenant": tenant,
        "connection": connection,
        "portal": HOSTS[connection.cloud].portal if connection else "",
        "forget": forget or connection is None,
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
    }
    response = show(request, "connect/disconnect.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response
