"""Lists, page by page: opaque cursors, and a link to the page that follows."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import Field

from chamberlain.model.page import Page

MOST = 200
USUAL = 50

Row = TypeVar("Row")
Shape = TypeVar("Shape")

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many items a page has at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=4000, description="Where the page begins: `next_cursor` of the page before. Unset: the first."),
]
Search = Annotated[str, Query(max_length=200, description="Words; each is the beginning of a word of the item.")]
At = Annotated[
    str | None,
    Query(
        max_length=40,
        description="A past time, ISO 8601, in UTC unless it has an offset; a date alone is its end. Unset: now.",
    ),
]


class Listing(Schema, Generic[Shape]):
    """A page of a list."""

    items: list[Shape]
    total: int = Field(description="How many items there are in all.")
    more: bool = Field(description="There are more than `total`: counting them all would take too long.")
    next_cursor: str | None = Field(description="Begins the next page; null on the last.")
    next: str | None = Field(description="The address of the next page; null on the last.")


def listing(request: HttpRequest, page: Page[Row], *, shape: Callable[[Row], Any]) -> dict[str, Any]:
    """A page as an answer."""
    return {
        "items": [shape(row) for row in page.rows],
        "total": page.total,
        "more": page.more,
        "next_cursor": page.next,
        "next": _with_cursor(request, page.next) if page.next else None,
    }


def _with_cursor(request: HttpRequest, cursor: str) -> str:
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"
