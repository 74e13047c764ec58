"""Holders of a permission as a file."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from chamberlain.model.view import ListName
from chamberlain.queries import connections, lists
from chamberlain.web import columns, csv
from chamberlain.web.address import Address, text_from
from chamberlain.web.identity import viewer_of
from chamberlain.web.slider import stamp, time_from


@require_GET
def holders(request: HttpRequest, slug: str, key: str) -> HttpResponseBase:
    """Everybody who holds a permission, or held it at the address's time, with every path."""
    viewer = viewer_of(request)
    tenant = connections.find_tenant(viewer=viewer, slug=slug)
    text, at = text_from(request, "q"), time_from(request)
    return csv.answer(
        lists.export_holders(viewer=viewer, tenant=tenant, key=key, text=text, at=at),
        actor=viewer,
        tenant=tenant,
        list_name=ListName.HOLDERS,
        columns=columns.HOLDERS,
        query=Address("", {"permission": key, "q": text, "at": stamp(at)}).query,
    )
