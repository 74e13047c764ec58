"""One permission: who holds it or held it at a time, and why; and its history."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chamberlain.audit.event import EventName
from chamberlain.policy.authority import Deed, may
from chamberlain.queries import connections, history, permissions
from chamberlain.queries.changing import what_may_change
from chamberlain.queries.made_since import made_since_of_permission
from chamberlain.queries.state import one_state
from chamberlain.web.address import Address, choice_from, text_from
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of
from chamberlain.web.noted import noted
from chamberlain.web.slider import slider_for, stamp, time_from

HISTORY = "history"


@require_safe
@noted(EventName.HOLDERS_VIEWED, subject="key")
@one_state()
def show_permission(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One permission: facts, owners, nesting, and who holds it, or held it at the address's time, by which paths."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    at = time_from(request)
    shown = choice_from(request, "show", (HISTORY,))
    patient = choice_from(request, "moments", ("yes",))
    address = Address(request.path, {"q": text_from(request, "q"), "show": shown, "at": stamp(at), "moments": patient})
    moments = history.permission_moments(viewer=viewer, tenant=tenant, key=key, patient=bool(patient))
    context: dict[str, object] = {
        "tenant": tenant,
        "plain": not may(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id),
        "address": address,
        "hidden": address.hidden(without="q"),
        "narrowed": bool(address.params["q"]),
        "at_query": Address("", {"at": stamp(at)}).with_(),
        "slider": slider_for(address, at=at, moments=moments),
        "permission": permissions.find_permission(viewer=viewer, tenant=tenant, key=key, at=at),
    }
    if not context["plain"] and at is None:
        context["changing"] = what_may_change(viewer=viewer, tenant=tenant)
        context["made_since"] = made_since_of_permission(viewer=viewer, tenant=tenant, key=key)
    cursor = request.GET.get("cursor") or None
    if shown == HISTORY:
        context["history"] = history.permission_history(viewer=viewer, tenant=tenant, key=key, cursor=cursor)
    else:
        context["page"] = permissions.list_members(
            viewer=viewer, tenant=tenant, key=key, text=address.params["q"], cursor=cursor, at=at
        )
        context["eligible"] = permissions.list_eligible(viewer=viewer, tenant=tenant, key=key, at=at)
    if wants_fragment(request, target="results"):
        return render(request, "history/_events.html" if shown == HISTORY else "permissions/_members.html", context)
    if wants_fragment(request, target="detail"):
        return render(request, "permissions/_permission.html", context)
    return show(request, "permissions/permission.html", context, tenant=tenant)
