"""Pages of long listings by key, not by offset: page 10,000 costs what page 1 costs."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from chamberlain.errors import Refused
from chamberlain.store.connection import rows
from chamberlain.store.reads.walk import NUMBER, PATIENCE, Walk, bounded, picked, picked_number, seen_number, walked

LARGEST = 500
LARGEST_NUMBER = 2**63


@dataclass(frozen=True, slots=True)
class Listing:
    """A SELECT that can be paged.

    columns  what to select
    source   FROM and WHERE, without ORDER BY; its placeholders are in `values`
    order    expressions that order the rows, ascending; together unique
    walk     how the same rows are found quickly in a very large tenant; None: as the planner likes
    every    where finding the rows is much work: a SELECT of them that is done once for a page and for its total.
             `source` then begins with it, as `e`, and goes on with `joins`, which are looked up for one page only
    """

    columns: str
    source: str
    order: tuple[str, ...]
    values: dict[str, Any]
    walk: Walk | None = None
    every: str = ""
    joins: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of a page as they came from the database. `more`: there are more than `total`."""

    rows: list[dict[str, Any]]
    total: int
    next: str | None
    previous: str | None
    more: bool = False


def fetch(listing: Listing, *, cursor: str | None, size: int, patience: int = PATIENCE) -> Stretch:
    """One page.

    cursor    from a Stretch of the same listing; None: the first page
    patience  how many rows a walk looks at before it turns to another way; the rows found are the same
    raises    Refused("cursor_malformed")
    """
    size = max(1, min(size, LARGEST))
    backwards, key = _decode(cursor, listing.order)
    position = _Position(listing, key=key, backwards=backwards, limit=size + 1, patience=patience)
    found, by_walk = position.rows()
    after_this = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if found and NUMBER in found[0]:
        total, more = _up_to(listing.walk.most if listing.walk else LARGEST_NUMBER, found[0][NUMBER])
    else:
        total, more = _counted(listing, by_walk=by_walk, patience=patience)
    after, before = (cursor is not None, after_this) if backwards else (after_this, cursor is not None)
    return Stretch(
        rows=found,
        total=total,
        next=_encode(found[-1], listing, backwards=False) if found and after else None,
        previous=_encode(found[0], listing, backwards=True) if found and before else None,
        more=more,
    )


def first(listing: Listing, *, size: int) -> list[dict[str, Any]]:
    """The first rows, without asking how many there are."""
    found, _ = _Position(listing, key=None, backwards=False, limit=size, patience=PATIENCE).rows()
    return found


def count(listing: Listing) -> int:
    """How many rows a listing has."""
    total: int = rows(f"SELECT count(*) AS total {listing.source}", listing.values)[0]["total"]
    return total


class _Position:
    """The place in a listing that a cursor names, and a direction."""

    def __init__(self, listing: Listing, *, key: list[Any] | None, backwards: bool, limit: int, patience: int) -> None:
        self._listing = listing
        self._walk = listing.walk
        self._values = {
            **listing.values,
            "limit": limit,
            "patience": patience,
            "most": listing.walk.most + 1 if listing.walk else 0,
        }
        self._limit = limit
        self._patience = patience
        self._direction = " DESC" if backwards else ""
        self._beyond = ""
        if key is not None:
            self._values |= {f"key_{number}": value for number, value in enumerate(key)}
            placeholders = ", ".join(f"%(key_{number})s" for number in range(len(key)))
            self._beyond = f" AND ({', '.join(listing.order)}) {'<' if backwards else '>'} ({placeholders})"

    def rows(self) -> tuple[list[dict[str, Any]], bool]:
        """Rows from here on, one more than the page has where there are more; and whether a walk found them."""
        if self._walk is None:
            return self._planned(), False
        if not self._walk.seldom:
            stream = walked(self._walk, self._listing.order, beyond=self._beyond, direction=self._direction)
            found = self._shown(bounded(stream, self._walk, self._listing.order, self._direction))
            if len(found) >= self._limit or not self._walk.narrow or self._ends(stream):
                return found, True
        inner = picked(self._walk, self._listing.order, self._beyond, self._direction)
        return self._shown(inner, also=f", {self._walk.alias}.{NUMBER}"), False

    def _ends(self, stream: str) -> bool:
        seen: int = rows(f"SELECT count(*) AS seen FROM ({stream}) AS seen", self._values)[0]["seen"]  # noqa: S608
        return seen < self._patience

    def _shown(self, inner: str, *, also: str = "") -> list[dict[str, Any]]:
        """Columns are computed for the rows of the page only."""
        alias = self._walk.alias if self._walk else "a"
        keys = [f"key_{number}" for number in range(len(self._listing.order))]
        shown = ", ".join(f"{alias}.{key}" for key in keys)
        order = ", ".join(f"{alias}.{key}{self._direction}" for key in keys)
        return rows(
            f"SELECT {self._listing.columns}, {shown}{also} FROM ({inner}) AS {alias} ORDER BY {order}",  # noqa: S608
            self._values,
        )

    def _planned(self) -> list[dict[str, Any]]:
        listing = self._listing
        keys = ", ".join(f"{expression} AS key_{number}" for number, expression in enumerate(listing.order))
        order = ", ".join(expression + self._direction for expression in listing.order)
        if listing.every:
            return rows(
                f"WITH every AS MATERIALIZED ({listing.every}) "  # noqa: S608 - written here
                f"SELECT {listing.columns}, {keys}, (SELECT count(*) FROM every) AS {NUMBER} FROM ("
                f"SELECT * FROM every e WHERE true{self._beyond} ORDER BY {order} LIMIT %(limit)s) AS e "
                f"{listing.joins} ORDER BY {order}",
                self._values,
            )
        return rows(
            f"SELECT {listing.columns}, {keys} {listing.source}{self._beyond} ORDER BY {order} LIMIT %(limit)s",
            self._values,
        )


def _counted(listing: Listing, *, by_walk: bool, patience: int) -> tuple[int, bool]:
    """How many rows there are, and whether there are more: to count a million takes longer than a page may."""
    walk = listing.walk
    if walk is None:
        return count(listing), False
    values = {**listing.values, "patience": patience, "most": walk.most + 1}
    if walk.total:
        known = rows(walk.total, values)[0]
        if known["total"] is not None:
            return known["total"], known["more"]
    if by_walk and walk.narrow:
        stream = walked(walk, listing.order, beyond="", direction="")
        seen = rows(seen_number(stream, walk), values)[0]
        if seen["seen"] < patience:
            return seen["hits"], False
        return _rounded_down(min(seen["hits"] - 1, walk.most)), True
    return _up_to(walk.most, rows(picked_number(walk), values)[0]["total"])


def _up_to(most: int, number: int) -> tuple[int, bool]:
    return (most, True) if number > most else (number, False)


def _rounded_down(number: int) -> int:
    """To one digit that is not zero: whoever reads "more than 1,286" takes it for exact."""
    if number <= 0:
        return 0
    unit: int = 10 ** (len(str(number)) - 1)
    return number // unit * unit


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
