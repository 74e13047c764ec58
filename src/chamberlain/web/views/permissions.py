"""Permissions: the list by kind, and one permission with its holders."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chamberlain.model.kind import GROUP_KINDS, Kind
from chamberlain.queries import connections, permissions
from chamberlain.queries.permissions import PermissionFilter
from chamberlain.web import words
from chamberlain.web.address import Address, chips_for, choice_from, text_from
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of

YES_NO = {"yes": True, "no": False}
EMPTY = ("empty", "yes", _("Without holders"))
GROUP_OFFERS = (
    ("rule", "yes", _("By rule")),
    ("rule", "no", _("Assigned")),
    ("synced", "yes", _("Synced from on-premises")),
    ("synced", "no", _("Cloud only")),
)


@require_safe
def list_permissions(request: HttpRequest, slug: str, kind: Kind | None = None) -> HttpResponse:
    """Permissions of one kind, or of all; only the results where htmx asks for them."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    address = _address(request)
    page = permissions.list_permissions(
        viewer=viewer, tenant=tenant, filter=_filter(address, kind), cursor=request.GET.get("cursor") or None
    )
    grouped = kind is None or kind in GROUP_KINDS
    context = {
        "tenant": tenant,
        "kind": kind,
        "meaning": words.KIND_MEANING[kind] if kind else "",
        "page": page,
        "address": address,
        "chips": chips_for(address, (*GROUP_OFFERS, EMPTY) if grouped else (EMPTY,)),
        "hidden": address.hidden(without="q"),
        "narrowed": any(address.params.values()),
        "with_owners": grouped,
    }
    if wants_fragment(request, target="results"):
        return render(request, "permissions/_results.html", context)
    return show(request, "permissions/permissions.html", context, tenant=tenant)


@require_safe
def show_permission(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One permission: facts, owners, nesting, and who holds it by which paths."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    address = Address(request.path, {"q": text_from(request, "q")})
    members = permissions.list_members(
        viewer=viewer, tenant=tenant, key=key, text=address.params["q"], cursor=request.GET.get("cursor") or None
    )
    permission = permissions.find_permission(viewer=viewer, tenant=tenant, key=key)
    context = {
        "tenant": tenant,
        "permission": permission,
        "page": members,
        "address": address,
        "narrowed": bool(address.params["q"]),
    }
    if wants_fragment(request, target="results"):
        return render(request, "permissions/_members.html", context)
    return show(request, "permissions/permission.html", context, tenant=tenant)


def _address(request: HttpRequest) -> Address:
    return Address(
        request.path,
        {
            "q": text_from(request, "q"),
            "rule": choice_from(request, "rule", tuple(YES_NO)),
            "synced": choice_from(request, "synced", tuple(YES_NO)),
            "empty": choice_from(request, "empty", tuple(YES_NO)),
        },
    )


def _filter(address: Address, kind: Kind | None) -> PermissionFilter:
    chosen = address.params
    return PermissionFilter(
        kind=kind,
        text=chosen["q"],
        dynamic=YES_NO.get(chosen["rule"]),
        on_premises=YES_NO.get(chosen["synced"]),
        empty=YES_NO.get(chosen["empty"]),
    )
