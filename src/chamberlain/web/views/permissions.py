"""Permissions: the list by kind."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chamberlain.model.kind import GROUP_KINDS, Kind
from chamberlain.model.view import ListName
from chamberlain.queries import connections, lists
from chamberlain.queries.permissions import knows_dynamic_groups
from chamberlain.queries.state import one_state
from chamberlain.web import csv, words
from chamberlain.web.address import chips_for
from chamberlain.web.filters import permission_filter
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.lists import open_list

EMPTY = ("empty", "yes", _("Without holders"))
GROUP_OFFERS = (
    ("rule", "yes", _("By rule")),
    ("rule", "no", _("Assigned")),
    ("synced", "yes", _("Synced from on-premises")),
    ("synced", "no", _("Cloud only")),
)


@require_safe
def list_permissions(request: HttpRequest, slug: str, kind: Kind | None = None) -> HttpResponseBase:
    """Permissions of one kind, or of all; only the results where htmx asks for them; all of them as CSV."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    opened = open_list(request, viewer=viewer, tenant=tenant, name=ListName.of(kind))
    if opened.elsewhere:
        return redirect(opened.elsewhere)
    wanted = permission_filter(opened.address.params, kind)
    if csv.is_asked(request):
        rows = lists.export_permissions(viewer=viewer, tenant=tenant, filter=wanted, columns=opened.ids)
        return csv.answer_as_shown(rows, opened, actor=viewer, tenant=tenant)
    with one_state():
        page = lists.list_permissions(
            viewer=viewer, tenant=tenant, filter=wanted, columns=opened.ids, cursor=request.GET.get("cursor") or None
        )
        grouped = kind is None or kind in GROUP_KINDS
        context = {
            "tenant": tenant,
            "kind": kind,
            "meaning": words.KIND_MEANING[kind] if kind else "",
            "untold": kind is Kind.DISTRIBUTION_GROUP and not knows_dynamic_groups(viewer=viewer, tenant=tenant),
            "page": page,
            "opened": opened,
            "address": opened.address,
            "chips": chips_for(opened.address, (*GROUP_OFFERS, EMPTY) if grouped else (EMPTY,)),
            "hidden": opened.address.hidden(without="q"),
        }
        if wants_fragment(request, target="results"):
            return render(request, "permissions/_results.html", context)
        return show(request, "permissions/permissions.html", context, tenant=tenant)
