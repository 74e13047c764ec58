"""What somebody has themselves, and the permissions that they look after."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import is_self
from chamberlain.queries import connections, permissions
from chamberlain.queries.state import one_state
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.views.person import about_person


@require_safe
@one_state()
def show_mine(request: HttpRequest, slug: str) -> HttpResponse:
    """The viewer's own account with everything it holds, and what was named for them as app admins."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    context: dict[str, object] = {"tenant": tenant}
    if _has_account(viewer, tenant) and viewer.account is not None:
        context |= about_person(request, viewer, tenant, viewer.account.object_guid)
        if wants_fragment(request, target="results"):
            return render(request, "history/_events.html", context)
        if wants_fragment(request, target="detail"):
            return render(request, "people/_person.html", context)
    context["looked_after"] = permissions.list_looked_after(viewer=viewer, tenant=tenant)
    return show(request, "people/mine.html", context, tenant=tenant)


def _has_account(viewer: Actor, tenant: Tenant) -> bool:
    account = viewer.account
    return account is not None and is_self(viewer, tenant=tenant, guid=account.object_guid)
