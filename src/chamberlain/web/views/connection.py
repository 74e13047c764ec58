"""One connection: how fresh its data is, what Microsoft's quotas allow, and how much of them may be used."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chamberlain.actions.slow_down import slow_down
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.quota import LEAST_SHARE, MOST_SHARE
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may
from chamberlain.policy.share import read_share
from chamberlain.queries import connections
from chamberlain.queries.credentials import ending_soon
from chamberlain.queries.freshness import Freshness
from chamberlain.queries.health import show_health
from chamberlain.queries.quotas import Quotas
from chamberlain.queries.state import one_state
from chamberlain.sentences import explain
from chamberlain.web.address import text_in
from chamberlain.web.drawing import share
from chamberlain.web.frame import show, wants_fragment, whole_page_again
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import status_of
from chamberlain.web.words import CLOUD, VERDICT, VERDICT_TAG


@require_http_methods(["GET", "HEAD", "POST"])
def connection(request: HttpRequest, slug: str) -> HttpResponse:
    """The connection; while a sync runs or a quota rests, its figures ask for themselves. A POST sets the share."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if request.method == "POST":
        return _slow_down(request, viewer, tenant)
    return _show(request, viewer, tenant)


def _slow_down(request: HttpRequest, viewer: Actor, tenant: Tenant) -> HttpResponse:
    typed = text_in(request.POST, "share")
    try:
        percent = read_share(typed)
        slow_down(actor=viewer, tenant=tenant, percent=percent)
    except ChamberlainError as error:
        return _show(request, viewer, tenant, failure=error, typed=typed)
    messages.info(
        request, _("Syncs of this tenant now use up to %(percent)d %% of what they could.") % {"percent": percent}
    )
    return redirect("connection", slug=tenant.slug)


def _show(
    request: HttpRequest, viewer: Actor, tenant: Tenant, *, failure: ChamberlainError | None = None, typed: str = ""
) -> HttpResponse:
    with one_state():
        health = show_health(viewer=viewer, tenant=tenant)
        fresh, quotas, verdict = health.fresh, health.quotas, health.health.verdict
        is_live = _is_live(fresh, quotas)
        context = {
            "tenant": tenant,
            "fresh": fresh,
            "quotas": quotas,
            "health": health,
            "verdict_word": VERDICT[verdict],
            "verdict_tag": VERDICT_TAG[verdict],
            "shut": health.not_read,
            "scopes": health.scopes,
            "uses": [(use, share(round(use.used_in_window * 1_000), of=1_000)) for use in quotas.uses],
            "is_live": is_live,
            "may_slow": may(viewer, Deed.SLOW_DOWN, tenant_id=tenant.id),
            "proof": health.credentials,
            "cloud": CLOUD[fresh.integration.connection.cloud.value] if fresh.integration else "",
            "ending": ending_soon(viewer=viewer, tenant=tenant),
            "typed": typed if failure else str(quotas.share_percent),
            "least": LEAST_SHARE,
            "most": MOST_SHARE,
            "failure": explain(failure) if failure else None,
            "code": failure.code if failure else "",
        }
        if wants_fragment(request, target="connection") and failure is None:
            return whole_page_again(not is_live, render(request, "connect/_connection.html", context))
        response = show(request, "connect/connection.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response


def _is_live(fresh: Freshness, quotas: Quotas) -> bool:
    return quotas.is_resting or (fresh.integration is not None and fresh.integration.running is not None)
