"""A list as a file for spreadsheets: the rows and columns that the page shows, from the first row to the last."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from chamberlain import clock
from chamberlain.actions.export_list import export_list
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import ListName
from chamberlain.policy.cells import harmless
from chamberlain.policy.spreadsheet import BYTE_ORDER_MARK, Cell, Lines, Rows
from chamberlain.web.cells import said
from chamberlain.web.columns import Column
from chamberlain.web.lists import OpenList


def is_asked(request: HttpRequest) -> bool:
    """Whether the list is wanted as a file. A HEAD takes nothing away."""
    return request.method == "GET" and request.GET.get("format") == "csv"


class Ready:
    """Rows of a short list, which are there already."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = tuple(rows)
        self.count = len(self._rows)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self._rows)

    def close(self) -> None:
        """Nothing is held."""


def answer(
    rows: Rows,
    *,
    actor: Actor,
    tenant: Tenant,
    list_name: ListName,
    columns: tuple[Column, ...],
    query: str = "",
) -> StreamingHttpResponse:
    """The download. It is written into the audit trail before its first byte leaves."""
    try:
        export_list(actor=actor, tenant=tenant, list_name=list_name, query=query, rows=rows.count)
    except BaseException:
        rows.close()
        raise
    lines = Lines(
        rows,
        head=[harmless(str(column.label)) for column in columns],
        cells=lambda row: [cell(column, row.get(column.id)) for column in columns],
        mark=BYTE_ORDER_MARK,
    )
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{tenant.slug}-{list_name.value.replace('_', '-')}-{clock.now():%Y-%m-%d}.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Accel-Buffering"] = "no"  # a proxy that collects the file first would make the browser wait for it
    return response


def answer_as_shown(rows: Rows, opened: OpenList, *, actor: Actor, tenant: Tenant) -> StreamingHttpResponse:
    """A list with columns to choose, as its page shows it now."""
    return answer(rows, actor=actor, tenant=tenant, list_name=opened.name, columns=opened.columns, query=opened.query)


def cell(column: Column, value: object) -> Cell:
    """A value as a cell: numbers stay numbers, times are ISO 8601 in UTC, text can do no harm."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return harmless(said(column, value))
