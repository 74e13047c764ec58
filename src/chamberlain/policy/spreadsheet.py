"""A list as CSV, piece by piece: the same for people, with words on top, and for scripts, with names of fields."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

AT_ONCE = 500
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the code page of the machine

Cell = str | int | float


class Rows(Protocol):
    """All rows of a list, as values by column."""

    count: int

    def __iter__(self) -> Iterator[Mapping[str, Any]]: ...

    def close(self) -> None:
        """Gives back what it holds."""


class Lines:
    """The file piece by piece. Closed with the answer, even where no piece was ever taken.

    head   what stands on top
    cells  what each row shows, harmless already
    mark   begin with a byte order mark
    """

    def __init__(
        self,
        rows: Rows,
        *,
        head: Sequence[str],
        cells: Callable[[Mapping[str, Any]], Sequence[Cell]],
        mark: str = "",
    ) -> None:
        self._rows, self._head, self._cells, self._mark = rows, head, cells, mark

    def __iter__(self) -> Iterator[bytes]:
        yield (self._mark + written([self._head])).encode()
        rows = iter(self._rows)
        while some := [*islice(rows, AT_ONCE)]:
            yield written([self._cells(row) for row in some]).encode()

    def close(self) -> None:
        """Gives back what the rows hold."""
        self._rows.close()


def written(lines: Sequence[Sequence[Cell]]) -> str:
    """Lines as RFC 4180 has them."""
    page = io.StringIO()
    csv.writer(page, lineterminator="\r\n").writerows(lines)
    return page.getvalue()
