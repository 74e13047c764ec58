"""How a page of a list over a million rows is found in a bounded number of steps.

A walk goes along an index in the order of the list and looks at each row: quick where what is looked for is frequent,
and endless where it is rare. Picking finds all rows by another index and sorts them: quick where they are few. A walk
therefore gives up after some thousand rows, and only then rows are picked: by then it is known that they are few.
"""

from dataclasses import dataclass

NUMBER = "number_of_all"
PATIENCE = 5_000


@dataclass(frozen=True, slots=True)
class Walk:
    """The rows of a listing, described for both ways.

    table   the table, and its alias
    where   what all rows fulfil, and an index on the order can use
    cells   conditions, of which exactly one holds for a row: each is a stretch of an index in the list's order
    narrow  what is looked up row by row while walking; begins with AND; "" for nothing
    few     in its place, what finds the rows by another index
    after   what is looked up for those; it asks for nothing but their id, unless they are seldom
    seldom  it is known beforehand that rows are few: no walk
    most    so many are counted at most
    total   a SELECT of `total` (NULL: unknown) and `more`, for what has been counted already
    """

    table: str
    alias: str
    where: str
    cells: tuple[str, ...] = ()
    narrow: str = ""
    few: str = ""
    after: str = ""
    seldom: bool = False
    most: int = 10_000
    total: str = ""


def walked(walk: Walk, order: tuple[str, ...], *, beyond: str, direction: str) -> str:
    """The next rows in order, `patience` of them, whether they match or not."""
    keys = ", ".join(f"{expression} AS key_{number}" for number, expression in enumerate(order))
    limit = "patience" if walk.narrow else "limit"
    # Each stretch is ordered and limited by itself: only then the planner reads each along its index.
    along = ", ".join(expression + direction for expression in order)
    stretches = " UNION ALL ".join(
        f"(SELECT {walk.alias}.*, {keys} FROM {walk.table} {walk.alias} WHERE {walk.where}{cell}{beyond} "  # noqa: S608
        f"ORDER BY {along} LIMIT %({limit})s)"
        for cell in walk.cells or ("",)
    )
    return f"SELECT * FROM ({stretches}) AS stretch ORDER BY {_by_key(order, direction)} LIMIT %({limit})s"  # noqa: S608


def bounded(stream: str, walk: Walk, order: tuple[str, ...], direction: str) -> str:
    """The rows of a walk that match, as many as a page has."""
    if not walk.narrow:
        return stream
    return (
        f"SELECT {walk.alias}.* FROM ({stream}) AS {walk.alias} WHERE true{walk.narrow} "  # noqa: S608
        f"ORDER BY {_by_key(order, direction)} LIMIT %(limit)s"
    )


def picked(walk: Walk, order: tuple[str, ...], beyond: str, direction: str) -> str:
    """The rows that match, found by what is rare about them, as many as a page has; with the number of all."""
    if not walk.seldom:
        return _picked_by_key(walk, order, beyond, direction)
    keys = ", ".join(f"{expression} AS key_{number}" for number, expression in enumerate(order))
    # Sorted before the rest is looked up: of many rows only as many are looked up as the page has.
    return (
        f"{_found(walk)} SELECT {walk.alias}.*, {_number(walk)} AS {NUMBER} FROM ("  # noqa: S608
        f"SELECT {walk.alias}.*, {keys} FROM found {walk.alias} WHERE true{beyond} "
        f"ORDER BY {_by_key(order, direction)} OFFSET 0) AS {walk.alias} "
        f"WHERE true{walk.after} ORDER BY {_by_key(order, direction)} LIMIT %(limit)s"
    )


def _picked_by_key(walk: Walk, order: tuple[str, ...], beyond: str, direction: str) -> str:
    """The same where many may be found: of all of them only keys are kept, not whole rows. So `after` can ask for
    nothing but the id.
    """
    keys = ", ".join(f"{expression} AS key_{number}" for number, expression in enumerate(order))
    names = ", ".join(f"key_{number}" for number in range(len(order)))
    by_key = _by_key(order, direction)
    one = f"SELECT * FROM found WHERE true{beyond.replace(', '.join(order), names)} ORDER BY {by_key}"  # noqa: S608
    if walk.after:
        one = f"SELECT * FROM ({one} OFFSET 0) AS {walk.alias} WHERE true{walk.after} ORDER BY {by_key}"  # noqa: S608
    return (
        f"{_found(walk, columns=f'{walk.alias}.tenant_id, {walk.alias}.id, {keys}')} "  # noqa: S608
        f"SELECT {walk.alias}.*, {names}, {_number(walk)} AS {NUMBER} FROM ({one} LIMIT %(limit)s) AS one "
        f"JOIN {walk.table} {walk.alias} ON {walk.alias}.tenant_id = one.tenant_id AND {walk.alias}.id = one.id"
    )


def _number(walk: Walk) -> str:
    return f"(SELECT count(*) FROM (SELECT FROM found {walk.alias} WHERE true{walk.after} LIMIT %(most)s) AS them)"  # noqa: S608


def picked_number(walk: Walk) -> str:
    """How many match, up to `most`."""
    return (
        f"SELECT count(*) AS total FROM ({_found(walk)} "  # noqa: S608
        f"SELECT FROM found {walk.alias} WHERE true{walk.after} LIMIT %(most)s) AS counted"
    )


def seen_number(stream: str, walk: Walk) -> str:
    """How many rows a walk looks at, and how many of them match."""
    return (
        f"SELECT count(*) AS seen, count(*) FILTER (WHERE true{walk.narrow}) AS hits "  # noqa: S608
        f"FROM ({stream}) AS {walk.alias}"
    )


def _found(walk: Walk, *, columns: str = "") -> str:
    cells = f" AND ({' OR '.join(cell.removeprefix(' AND ') for cell in walk.cells)})" if walk.cells else ""
    return (
        f"WITH found AS MATERIALIZED (SELECT {columns or f'{walk.alias}.*'} FROM {walk.table} {walk.alias} "  # noqa: S608
        f"WHERE {walk.where}{cells}{walk.few})"
    )


def _by_key(order: tuple[str, ...], direction: str) -> str:
    return ", ".join(f"key_{number}{direction}" for number in range(len(order)))
