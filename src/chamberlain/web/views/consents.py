"""Consents: which applications may act in people's names."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain.queries import connections, consents
from chamberlain.queries.state import one_state
from chamberlain.web.address import Address, text_from
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.slider import stamp, time_from


@require_safe
@one_state()
def list_consents(request: HttpRequest, slug: str) -> HttpResponse:
    """Consents now or at the address's time; only the results where htmx asks for them."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    at, text = time_from(request), text_from(request, "q")
    address = Address(request.path, {"q": text, "at": stamp(at)})
    page = consents.list_consents(
        viewer=viewer, tenant=tenant, text=text, at=at, cursor=request.GET.get("cursor") or None
    )
    context = {
        "tenant": tenant,
        "page": page,
        "address": address,
        "at": at,
        "now": address.with_(at=""),
        "whole": address.with_(q=""),
        "at_query": Address("", {"at": stamp(at)}).with_(),
        "hidden": address.hidden(without="q"),
    }
    if wants_fragment(request, target="results"):
        return render(request, "consents/_results.html", context)
    return show(request, "consents/consents.html", context, tenant=tenant)
