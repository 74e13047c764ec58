"""The tenants that somebody has to do with."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chamberlain.queries import connections
from chamberlain.web.address import text_from
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.sections import home_of

MOST_SHOWN = 200


@require_safe
def list_tenants(request: HttpRequest) -> HttpResponse:
    """Those whose name or domain has the words in it, by name."""
    viewer = viewer_of(request)
    text = text_from(request, "q")
    wanted = text.lower().split()
    every = connections.list_tenants(viewer=viewer)
    found = [one for one in every if all(word in f"{one.name} {one.domain}".lower() for word in wanted)]
    context = {
        "rows": tuple((one, home_of(viewer, one)) for one in found[:MOST_SHOWN]),
        "count": len(found),
        "unshown": max(len(found) - MOST_SHOWN, 0),
        "text": text,
        "total": len(every),
    }
    return show(request, "frame/tenants.html", context)
