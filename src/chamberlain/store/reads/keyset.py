"""Pages of long listings by key, not by offset: page 10,000 costs what page 1 costs."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from chamberlain.errors import Refused
from chamberlain.store.connection import rows

LARGEST = 500
LARGEST_NUMBER = 2**63


@dataclass(frozen=True, slots=True)
class Listing:
    """A SELECT that can be paged.

    columns  what to select
    source   FROM and WHERE, without ORDER BY; its placeholders are in `values`
    order    expressions that order the rows, ascending; together unique
    """

    columns: str
    source: str
    order: tuple[str, ...]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of a page as they came from the database."""

    rows: list[dict[str, Any]]
    total: int
    next: str | None
    previous: str | None


def fetch(listing: Listing, *, cursor: str | None, size: int) -> Stretch:
    """One page.

    cursor  from a Stretch of the same listing; None: the first page
    raises  Refused("cursor_malformed")
    """
    size = max(1, min(size, LARGEST))
    backwards, key = _decode(cursor, listing.order)
    found = _select(listing, key=key, backwards=backwards, limit=size + 1)
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    total = count(listing)
    after, before = (cursor is not None, more) if backwards else (more, cursor is not None)
    return Stretch(
        rows=found,
        total=total,
        next=_encode(found[-1], listing, backwards=False) if found and after else None,
        previous=_encode(found[0], listing, backwards=True) if found and before else None,
    )


def count(listing: Listing) -> int:
    """How many rows a listing has."""
    total: int = rows(f"SELECT count(*) AS total {listing.source}", listing.values)[0]["total"]
    return total


def _select(listing: Listing, *, key: list[Any] | None, backwards: bool, limit: int) -> list[dict[str, Any]]:
    keys = ", ".join(f"{expression} AS key_{number}" for number, expression in enumerate(listing.order))
    values = {**listing.values, "limit": limit}
    beyond = ""
    if key is not None:
        values |= {f"key_{number}": value for number, value in enumerate(key)}
        placeholders = ", ".join(f"%(key_{number})s" for number in range(len(key)))
        beyond = f" AND ({', '.join(listing.order)}) {'<' if backwards else '>'} ({placeholders})"
    direction = " DESC" if backwards else ""
    order = ", ".join(expression + direction for expression in listing.order)
    return rows(
        f"SELECT {listing.columns}, {keys} {listing.source}{beyond} ORDER BY {order} LIMIT %(limit)s",
        values,
    )


def _encode(row: dict[str, Any], listing: Listing, *, backwards: bool) -> str:
    key = [row[f"key_{number}"] for number in range(len(listing.order))]
    return base64.urlsafe_b64encode(json.dumps([backwards, *key]).encode()).decode("ascii").rstrip("=")


def _decode(cursor: str | None, order: tuple[str, ...]) -> tuple[bool, list[Any] | None]:
    if not cursor:
        return False, None
    try:
        content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise Refused("cursor_malformed") from None
    if not isinstance(content, list) or len(content) != len(order) + 1 or not isinstance(content[0], bool):
        raise Refused("cursor_malformed")
    if not all(_fits(value, expression) for value, expression in zip(content[1:], order, strict=True)):
        raise Refused("cursor_malformed")
    return content[0], content[1:]


def _fits(value: Any, expression: str) -> bool:
    """Whether a cursor's value can be compared with what the listing is ordered by: text, or a number."""
    if expression.startswith("lower("):
        return isinstance(value, str) and "\x00" not in value
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER
