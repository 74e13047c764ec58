"""The tenant at a glance."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain.model.actor import Actor
from chamberlain.model.kind import Kind
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import ListName
from chamberlain.queries import connections, overview
from chamberlain.queries.credentials import ending_soon
from chamberlain.queries.state import one_state
from chamberlain.web import columns, csv
from chamberlain.web.drawing import share
from chamberlain.web.frame import show, wants_fragment, whole_page_again
from chamberlain.web.identity import viewer_of

DEPARTMENTS = 8
LICENCES = 6


@require_safe
@one_state()
def show_overview(request: HttpRequest, slug: str) -> HttpResponse:
    """The dashboard; while the first sync runs, its progress."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    figures = overview.show_overview(viewer=viewer, tenant=tenant)
    paid = tuple(licence for licence in figures.licences if not licence.free)
    context = {
        "tenant": tenant,
        "figures": figures,
        "licences": paid[:LICENCES],
        "more_licences": len(figures.licences) - len(paid[:LICENCES]),
        "departments": _department_bars(figures.departments[:DEPARTMENTS]),
        "more_departments": max(len(figures.departments) - DEPARTMENTS, 0),
        "idle": sum(max(licence.idle, 0) for licence in paid),
        "ending": ending_soon(viewer=viewer, tenant=tenant),
        "kinds": tuple((kind, figures.permissions.get(kind, 0)) for kind in Kind),
    }
    if wants_fragment(request, target="overview"):
        return whole_page_again(figures.as_of is not None, render(request, "overview/_overview.html", context))
    return show(request, "overview/overview.html", context, tenant=tenant)


def _department_bars(departments: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int, str], ...]:
    most = max((count for _, count in departments), default=0)
    return tuple((name, count, share(count, of=most)) for name, count in departments)


@require_safe
def show_licences(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every licence with its seats; as CSV where that is asked for."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if csv.is_asked(request):
        rows = csv.Ready(
            {column.id: getattr(licence, column.id) for column in columns.LICENCES}
            for licence in overview.list_licences(viewer=viewer, tenant=tenant)
        )
        return csv.answer(rows, actor=viewer, tenant=tenant, list_name=ListName.LICENCES, columns=columns.LICENCES)
    return _licences_page(request, viewer, tenant)


@one_state()
def _licences_page(request: HttpRequest, viewer: Actor, tenant: Tenant) -> HttpResponse:
    licences = overview.list_licences(viewer=viewer, tenant=tenant)
    paid = [licence for licence in licences if not licence.free]
    context = {
        "tenant": tenant,
        "licences": licences,
        "bought": sum(licence.bought for licence in paid),
        "assigned": sum(licence.assigned for licence in paid),
        "idle": sum(max(licence.idle, 0) for licence in paid),
        "blocked": sum(licence.blocked for licence in licences),
        "errors": sum(licence.errors for licence in licences),
    }
    return show(request, "licences/licences.html", context, tenant=tenant)
