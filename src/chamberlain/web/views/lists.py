"""What people do to lists: choose columns, keep views."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chamberlain.actions.delete_view import delete_view
from chamberlain.actions.save_view import change_view, choose_columns, open_list_with, save_view
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import LONGEST_NAME, ListName, View
from chamberlain.policy.authority import Deed, may
from chamberlain.queries import connections
from chamberlain.queries import views as kept
from chamberlain.sentences import explain
from chamberlain.web.columns import NAME
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.lists import EVERYTHING, canonical, path_of, reread, spec_of, view_url
from chamberlain.web.problems import status_of


@require_POST
def columns(request: HttpRequest, slug: str, name: ListName) -> HttpResponse:
    """Remembers the columns in the order of the form and shows the list with them; `move` moves one first."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    spec, sent = spec_of(name), QueryDict(request.POST.get("query", ""))
    moved, wanted = request.POST.get("move", ""), request.POST.getlist("col")
    named = wanted if NAME in wanted else [NAME, *wanted]
    chosen = () if "reset" in request.POST else spec.known(_moved(named, moved))
    choose_columns(actor=viewer, tenant=tenant, list_name=name, columns=chosen)
    query = canonical({**spec.read(sent), "cols": ",".join(chosen)})
    marks = {"view": sent.get("view", ""), **({"open": "columns", "moved": moved} if moved else {})}
    added = QueryDict(mutable=True)
    added.update({key: value for key, value in marks.items() if value})
    address = "&".join(filter(None, (query, added.urlencode()))) or f"view={EVERYTHING}"
    return redirect(f"{path_of(name, tenant.slug)}?{address}")


@require_http_methods(["GET", "HEAD", "POST"])
def views(request: HttpRequest, slug: str, name: ListName) -> HttpResponse:
    """All views of a list, to be renamed, shared and deleted; a POST keeps a new one and opens it."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    if not name.keeps_views:
        raise Http404
    if request.method != "POST":
        return _show_views(request, viewer, tenant, name)
    query = reread(name, request.POST.get("query", ""))
    title = request.POST.get("name", "")
    try:
        view_id = save_view(
            actor=viewer, tenant=tenant, list_name=name, name=title, query=query, shared="shared" in request.POST
        )
        if "default" in request.POST:
            open_list_with(actor=viewer, tenant=tenant, list_name=name, view_id=view_id)
    except ChamberlainError as error:
        return _show_views(request, viewer, tenant, name, failure=error, draft=(title, query))
    found = kept.find_view(viewer=viewer, tenant=tenant, view_id=view_id)
    messages.info(request, _("The view “%(name)s” is kept.") % {"name": found.name})
    return redirect(view_url(path_of(name, tenant.slug), found))


@require_POST
def view(request: HttpRequest, slug: str, view_id: int) -> HttpResponse:
    """Does one thing to a view."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    found = kept.find_view(viewer=viewer, tenant=tenant, view_id=view_id)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        deed(viewer, tenant, found, request.POST)
    except ChamberlainError as error:
        return _show_views(request, viewer, tenant, found.list, failure=error, about=found)
    if request.POST.get("do") == "overwrite":
        changed = kept.find_view(viewer=viewer, tenant=tenant, view_id=view_id)
        return redirect(view_url(path_of(found.list, tenant.slug), changed))
    return redirect("views", slug=tenant.slug, name=found.list)


def _rename(viewer: Actor, tenant: Tenant, found: View, sent: QueryDict) -> None:
    change_view(actor=viewer, tenant=tenant, view_id=found.id, name=sent.get("name", ""))


def _overwrite(viewer: Actor, tenant: Tenant, found: View, sent: QueryDict) -> None:
    change_view(actor=viewer, tenant=tenant, view_id=found.id, query=reread(found.list, sent.get("query", "")))


def _share(viewer: Actor, tenant: Tenant, found: View, _sent: QueryDict) -> None:
    change_view(actor=viewer, tenant=tenant, view_id=found.id, shared=True)


def _unshare(viewer: Actor, tenant: Tenant, found: View, _sent: QueryDict) -> None:
    change_view(actor=viewer, tenant=tenant, view_id=found.id, shared=False)


def _default(viewer: Actor, tenant: Tenant, found: View, _sent: QueryDict) -> None:
    open_list_with(actor=viewer, tenant=tenant, list_name=found.list, view_id=found.id)


def _undefault(viewer: Actor, tenant: Tenant, found: View, _sent: QueryDict) -> None:
    open_list_with(actor=viewer, tenant=tenant, list_name=found.list, view_id=None)


def _delete(viewer: Actor, tenant: Tenant, found: View, _sent: QueryDict) -> None:
    delete_view(actor=viewer, tenant=tenant, view_id=found.id)


DEEDS: dict[str, Callable[[Actor, Tenant, View, QueryDict], None]] = {
    "rename": _rename,
    "overwrite": _overwrite,
    "share": _share,
    "unshare": _unshare,
    "default": _default,
    "undefault": _undefault,
    "delete": _delete,
}


def _show_views(
    request: HttpRequest,
    viewer: Actor,
    tenant: Tenant,
    name: ListName,
    *,
    failure: ChamberlainError | None = None,
    draft: tuple[str, str] | None = None,
    about: View | None = None,
) -> HttpResponse:
    """The page; after a failure with its sentence, and with what was typed.

    draft  name and query of a view that could not be kept; about: the view that could not be changed
    """
    path = path_of(name, tenant.slug)
    shelf = kept.show_shelf(viewer=viewer, tenant=tenant, list_name=name)
    context = {
        "tenant": tenant,
        "list_name": name,
        "path": path,
        "shelf": shelf,
        "rows": tuple((found, view_url(path, found)) for found in shelf.views),
        "may_share": may(viewer, Deed.SHARE_VIEW, tenant_id=tenant.id),
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "draft": draft,
        "about": about.id if about else None,
        "longest": LONGEST_NAME,
    }
    response = show(request, "lists/views.html", context, tenant=tenant)
    response.status_code = status_of(failure) if failure else 200
    return response


def _moved(wanted: list[str], move: str) -> list[str]:
    """The columns after one of them changed places with its neighbour: "mail:up", "mail:down"."""
    column, _colon, way = move.partition(":")
    if column not in wanted or way not in ("up", "down"):
        return wanted
    at = wanted.index(column)
    to = min(max(at + (1 if way == "down" else -1), 0), len(wanted) - 1)
    moved = [one for one in wanted if one != column]
    moved.insert(to, column)
    return moved
