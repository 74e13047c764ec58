"""The one search box."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain.policy.authority import Deed, require
from chamberlain.queries import connections, overview
from chamberlain.queries.overview import SearchResult
from chamberlain.queries.state import one_state
from chamberlain.web.address import text_from
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of

IN_PANEL = 5
ON_PAGE = 25
NOTHING = SearchResult((), ())


@require_safe
@one_state()
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """People and permissions for some words: as a page, or in the panel under the field."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)  # also before there is anything to look for
    text = text_from(request, "q")
    in_panel = wants_fragment(request, target="search-panel")
    limit = IN_PANEL if in_panel else ON_PAGE
    found = overview.search(viewer=viewer, tenant=tenant, text=text, limit=limit) if text else NOTHING
    context = {"tenant": tenant, "text": text, "found": found}
    if in_panel:
        return render(request, "search/_panel.html", context)
    return show(request, "search/search.html", context, tenant=tenant)
