"""The audit trail: of a tenant, or of the whole installation; filtered, and taken away."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from chamberlain import clock
from chamberlain.actions.export_audit import export_audit
from chamberlain.actions.note_view import note_view
from chamberlain.audit.event import EventName
from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.model.audit import Asked
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may
from chamberlain.policy.cells import harmless
from chamberlain.policy.moment import read_moment
from chamberlain.policy.spreadsheet import AT_ONCE, BYTE_ORDER_MARK, written
from chamberlain.queries import audit, connections
from chamberlain.web.address import Address, choice_from, text_from
from chamberlain.web.frame import show, wants_fragment
from chamberlain.web.identity import viewer_of

FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/jsonl; charset=utf-8"}
ENDINGS = {"csv": "csv", "json": "jsonl"}
FILTERS = ("who", "what", "about", "from", "to")
LARGEST_ID = 2**63 - 1


@require_safe
def of_tenant(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What concerns one tenant."""
    return _answer(request, connections.find_tenant(viewer=viewer_of(request), slug=slug))


@require_safe
def of_installation(request: HttpRequest) -> HttpResponseBase:
    """Everything, also what concerns no tenant."""
    return _answer(request, None)


def _answer(request: HttpRequest, tenant: Tenant | None) -> HttpResponseBase:
    viewer, tenant_id = viewer_of(request), tenant.id if tenant else None
    params = {name: text_from(request, name) for name in FILTERS}
    asked = _asked(params, tenant_id)
    form = choice_from(request, "format", tuple(FORMATS))
    if form and request.method == "GET":
        return _file(viewer, tenant, asked, form)
    address = Address(request.path, params)
    page = audit.list_events(viewer=viewer, asked=asked, before=_before(request))
    context: dict[str, object] = {
        "tenant": tenant,
        "address": address,
        "page": page,
        "older": address.with_(before=str(page.older)) if page.older else "",
        "newest": address.with_(),
        "narrowed": any(params.values()),
        "may_export": may(viewer, Deed.EXPORT_AUDIT_TRAIL, tenant_id=tenant_id),
    }
    if wants_fragment(request, target="results"):
        response = render(request, "audit/_results.html", context)
    else:
        context |= {
            "names": audit.event_names(viewer=viewer, tenant=tenant),
            "chain": audit.chain_state(viewer=viewer, tenant=tenant),
        }
        response = show(request, "audit/audit.html", context, tenant=tenant)
    if request.method == "GET":
        note_view(EventName.AUDIT_VIEWED, actor=viewer, tenant=tenant, subject="trail")
    return response


def _asked(params: dict[str, str], tenant_id: int | None) -> Asked:
    now = clock.now()
    asked = Asked(tenant_id, who=params["who"], what=params["what"], subject=params["about"])
    if params["from"]:
        asked = replace(asked, since=read_moment(params["from"], now=now, ends=False))
    if params["to"]:
        asked = replace(asked, until=read_moment(params["to"], now=now))
    return asked


def _before(request: HttpRequest) -> int | None:
    typed = text_from(request, "before")
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 19 or int(typed) > LARGEST_ID:
        raise Refused("cursor_malformed")
    return int(typed)


def _file(viewer: Actor, tenant: Tenant | None, asked: Asked, form: str) -> StreamingHttpResponse:
    """The download. It is written into the trail before its first byte leaves."""
    rows, last = audit.count_events(viewer=viewer, asked=asked)
    export_audit(actor=viewer, asked=asked, format=form, rows=rows)
    found = audit.documents(viewer=viewer, asked=asked, until=last)
    lines = _csv(found) if form == "csv" else _json(found)
    response = StreamingHttpResponse(lines, content_type=FORMATS[form])
    name = (
        f"{tenant.slug if tenant else 'chamberlain'}-audit-{clock.now():%Y-%m-%d}.{'csv' if form == 'csv' else 'jsonl'}"
    )
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Accel-Buffering"] = "no"
    return response


def _json(found: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for document in found:
        yield f"{json.dumps(document, ensure_ascii=False)}\n".encode()


def _csv(found: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield _written([audit.COLUMNS], mark=BYTE_ORDER_MARK)
    rows = iter(found)
    while some := [*islice(rows, AT_ONCE)]:
        yield _written([audit.cells(document) for document in some])


def _written(lines: Iterable[Iterable[str]], *, mark: str = "") -> bytes:
    return (mark + written([[harmless(cell) for cell in line] for line in lines])).encode()
