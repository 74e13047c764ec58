"""A list as a file for spreadsheets: the rows and columns that the page shows, from the first row to the last."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from chamberlain import clock
from chamberlain.actions.export_list import export_list
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import ListName
from chamberlain.policy.cells import harmless
from chamberlain.web.cells import said
from chamberlain.web.columns import Column

AT_ONCE = 500
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the code page of the machine


class Rows(Protocol):
    """All rows of a list, as cells by column."""

    count: int

    def __iter__(self) -> Iterator[Mapping[str, Any]]: ...

    def close(self) -> None:
        """Gives back what it holds."""


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
        response = StreamingHttpResponse(_Lines(rows, columns), content_type="text/csv; charset=utf-8")
    except BaseException:
        rows.close()
        raise
    name = f"{tenant.slug}-{list_name.value.replace('_', '-')}-{clock.now():%Y-%m-%d}.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Accel-Buffering"] = "no"  # a proxy that collects the file first would make the browser wait for it
    return response


class _Lines:
    """The file piece by piece. Closed with the response, even where no piece was ever taken."""

    def __init__(self, rows: Rows, columns: tuple[Column, ...]) -> None:
        self._rows = rows
        self._columns = columns

    def __iter__(self) -> Iterator[bytes]:
        yield _written([[harmless(str(column.label)) for column in self._columns]], mark=True)
        rows = iter(self._rows)
        while some := [*islice(rows, AT_ONCE)]:
            yield _written([[cell(column, row.get(column.id)) for column in self._columns] for row in some])

    def close(self) -> None:
        self._rows.close()


def cell(column: Column, value: object) -> str | int | float:
    """A value as a cell: numbers stay numbers, times are ISO 8601 in UTC, text can do no harm."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return harmless(said(column, value))


def _written(lines: list[list[Any]], *, mark: bool = False) -> bytes:
    page = io.StringIO()
    csv.writer(page, lineterminator="\r\n").writerows(lines)
    return ((BYTE_ORDER_MARK if mark else "") + page.getvalue()).encode()
