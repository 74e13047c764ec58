"""How a connection is, in one word with its reasons; what support asks for stands below."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chamberlain.queries import connections
from chamberlain.queries.health import show_health
from chamberlain.web.drawing import share
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.words import VERDICT, VERDICT_TAG

MOST_QUOTAS = 6


@require_safe
def health(request: HttpRequest, slug: str) -> HttpResponse:
    """The verdict, and everything it rests on."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    found = show_health(viewer=viewer, tenant=tenant)
    pressing = sorted(found.quotas.uses, key=lambda use: (use.paused_until is None, -use.used_in_window))[:MOST_QUOTAS]
    context = {
        "tenant": tenant,
        "found": found,
        "card": found.fresh.integration,
        "verdict_word": VERDICT[found.health.verdict],
        "verdict_tag": VERDICT_TAG[found.health.verdict],
        "uses": [(use, share(round(use.used_in_window * 1_000), of=1_000)) for use in pressing],
    }
    return show(request, "connect/health.html", context, tenant=tenant)
