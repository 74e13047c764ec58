"""The tenant at a glance."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain.model.kind import Kind
from chamberlain.queries import connections, overview
from chamberlain.queries.state import one_state
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
        "kinds": tuple((kind, figures.permissions.get(kind, 0)) for kind in Kind),
    }
    if wants_fragment(request, target="overview"):
        return whole_page_again(figures.as_of is not None, render(request, "overview/_overview.html", context))
    return show(request, "overview/overview.html", context, tenant=tenant)


def _department_bars(departments: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int, str], ...]:
    most = max((count for _, count in departments), default=0)
    return tuple((name, count, share(count, of=most)) for name, count in departments)


@require_safe
@one_state()
def show_licences(request: HttpRequest, slug: str) -> HttpResponse:
    """Every licence with its seats."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
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
