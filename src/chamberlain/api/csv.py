"""Lists as CSV where `Accept` prefers it: every row that matches, in the fields of the list's JSON."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from chamberlain.actions.export_list import export_list
from chamberlain.api.bearer import needs
from chamberlain.api.rendering import moment
from chamberlain.model.actor import Actor
from chamberlain.model.api_token import TokenScope
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import ListName
from chamberlain.policy.cells import harmless
from chamberlain.policy.spreadsheet import Cell, Lines, Rows

CSV = "text/csv"
JSON = "application/json"
CONTENT = {CSV: {"schema": {"type": "string", "description": "Every item that matches, without pages; UTF-8."}}}


def listed(scope: TokenScope) -> dict[str, Any]:
    """What the route of a list says that answers with CSV as well."""
    told = needs(scope)
    return {**told, "openapi_extra": {**told["openapi_extra"], "responses": {200: {"content": CONTENT}}}}


def is_asked(request: HttpRequest) -> bool:
    """Whether CSV is preferred to JSON. A HEAD takes nothing away."""
    is_get = request.META.get("REQUEST_METHOD") == "GET"
    return is_get and request.get_preferred_type([JSON, CSV]) == CSV


def answer(
    rows: Rows,
    *,
    request: HttpRequest,
    actor: Actor,
    tenant: Tenant,
    list_name: ListName,
    fields: Mapping[str, str],
) -> StreamingHttpResponse:
    """The list. It is written into the audit trail before its first byte leaves.

    fields  the column of the rows that each field shows
    """
    try:
        query = request.META.get("QUERY_STRING", "")
        export_list(actor=actor, tenant=tenant, list_name=list_name, query=query, rows=rows.count)
    except BaseException:
        rows.close()
        raise
    lines = Lines(rows, head=[*fields], cells=lambda row: [cell(row.get(column)) for column in fields.values()])
    response = StreamingHttpResponse(lines, content_type=f"{CSV}; charset=utf-8")
    response["X-Accel-Buffering"] = "no"  # a proxy that collects the file first would make the script wait for it
    return response


def cell(value: object) -> Cell:
    """A value as JSON has it, where a cell can hold it; nothing for null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Enum):
        return str(value.value)
    return "" if value is None else harmless(str(value))
