"""Whether usage reports conceal names: what that means, and switching it in the tenant after a confirmation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chamberlain.actions.switch_report_names import switch_report_names
from chamberlain.errors import ChamberlainError, Misconfigured
from chamberlain.model.actor import Actor
from chamberlain.model.capability import Capability
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.queries import connections
from chamberlain.queries.scopes import show_scopes
from chamberlain.sentences import explain
from chamberlain.settings import load
from chamberlain.web.address import text_in
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of


@require_http_methods(["GET", "HEAD", "POST"])
def report_names(request: HttpRequest, slug: str) -> HttpResponse:
    """The setting and, where the tenant is connected for it, the button that switches it."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method != "POST":
        return _show(request, viewer, tenant)
    concealed = text_in(request.POST, "names") == "conceal"
    try:
        done = switch_report_names(
            actor=viewer,
            tenant=tenant,
            concealed=concealed,
            is_confirmed=text_in(request.POST, "confirmed") == "yes",
            settings=load(),
        )
    except ChamberlainError as error:
        return _show(request, viewer, tenant, failure=error)
    said = _("Usage reports conceal names from now on.") if concealed else _("Usage reports show names from now on.")
    later = _("Microsoft took the change and does not tell of it yet; the next sync looks again.")
    messages.info(request, said if done.is_seen else later)
    return redirect("report_names", slug=tenant.slug)


def _show(
    request: HttpRequest, viewer: Actor, tenant: Tenant, *, failure: ChamberlainError | None = None
) -> HttpResponse:
    require(viewer, Deed.SEE_CONNECTION, tenant_id=tenant.id)
    standing = connections.find_standing(viewer=viewer, tenant=tenant)
    if standing is None:
        raise Misconfigured("not_connected")
    scopes = show_scopes(viewer=viewer, tenant=tenant)
    line = next(one for one in scopes.lines if one.ability.capability is Capability.SHOW_REPORT_NAMES)
    context = {
        "tenant": tenant,
        "connection": standing.connection,
        "line": line,
        "is_open": line.is_chosen and not line.lacks,
        "may_switch": scopes.may_choose,
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
    }
    response = show(request, "connect/report_names.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response
