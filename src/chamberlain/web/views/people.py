"""People: the list."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chamberlain.model.view import ListName
from chamberlain.queries import connections, lists, people
from chamberlain.queries.changing import what_may_change
from chamberlain.queries.state import one_state
from chamberlain.web import csv
from chamberlain.web.address import chips_for
from chamberlain.web.filters import SORTS, people_filter
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.lists import open_list

DEPARTMENTS_OFFERED = 200  # the largest: every one more is a line that each page of the list has to make
OFFERS = (
    ("type", "member", _("Members")),
    ("type", "guest", _("Guests")),
    ("state", "active", _("Active")),
    ("state", "blocked", _("Blocked")),
    ("licensed", "yes", _("With licence")),
    ("licensed", "no", _("Without licence")),
    ("admin", "yes", _("Admins")),
)


@require_safe
def list_people(request: HttpRequest, slug: str) -> HttpResponseBase:
    """People that match; only the results where htmx asks for them; all of them as CSV."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    opened = open_list(request, viewer=viewer, tenant=tenant, name=ListName.PEOPLE)
    if opened.elsewhere:
        return redirect(opened.elsewhere)
    wanted = people_filter(opened.address.params)
    if csv.is_asked(request):
        rows = lists.export_people(viewer=viewer, tenant=tenant, filter=wanted, columns=opened.ids)
        return csv.answer_as_shown(rows, opened, actor=viewer, tenant=tenant)
    with one_state():
        page = lists.list_people(
            viewer=viewer, tenant=tenant, filter=wanted, columns=opened.ids, cursor=request.GET.get("cursor") or None
        )
        address = opened.address
        context = {
            "tenant": tenant,
            "page": page,
            "opened": opened,
            "address": address,
            "chips": chips_for(address, OFFERS),
            "hidden": address.hidden(without="q"),
            "departments": people.list_departments(viewer=viewer, tenant=tenant)[:DEPARTMENTS_OFFERED],
            "changing": what_may_change(viewer=viewer, tenant=tenant),
            "sorts": {sort: address.with_(sort="" if sort == "name" else sort) for sort in SORTS},
        }
        if wants_fragment(request, target="results"):
            return render(request, "people/_results.html", context)
        return show(request, "people/people.html", context, tenant=tenant)
