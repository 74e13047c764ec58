"""Pages of a collection: size, order, filter, count, and the link to the next page."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.family import wants_sign_in_activity
from chamberlain.simulator.graph.filter import Filter
from chamberlain.simulator.graph.query import DEFAULT_PAGE
from chamberlain.simulator.graph.refusal import unsupported_query
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.graph.skip_token import SkipToken, query_mark, query_parts

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

SCANNED_PER_PAGE = 20_000
"""Objects that a filter looks at before the page ends: a page may be empty and still have a link."""

SIGN_IN_ACTIVITY_PAGE = 500
"""Pages with last sign-ins are smaller: https://learn.microsoft.com/graph/api/user-list (read 2026)."""

Render = Callable[[T], dict[str, Any]]


class Source(Protocol[T_co]):
    """A collection by place. A place may be empty (None), so that changes never move what comes after."""

    def places(self) -> int:
        """How many places there are."""

    def read(self, start: int, stop: int) -> "Sequence[T_co | None]":
        """What stands at the places from `start` to before `stop`."""

    def count(self) -> int:
        """How many places are taken."""


class Whole(Generic[T]):
    """A source over a short list."""

    def __init__(self, items: Sequence[T]) -> None:
        self._items = items

    def places(self) -> int:
        """See `Source`; so for all below."""
        return len(self._items)

    def read(self, start: int, stop: int) -> Sequence[T]:
        return self._items[start:stop]

    def count(self) -> int:
        return len(self._items)


def next_link(call: Call, offset: int) -> str:
    """The address of the next page. `$skiptoken` is literal: clients search for it in the link."""
    token = SkipToken(call.view.position, offset, call.page + 1, query_mark(call.request)).encode()
    return (
        f"{call.request.origin}{call.request.raw_path}?{'&'.join((*query_parts(call.request), f'$skiptoken={token}'))}"
    )


def check_filter(call: Call, shape: Shape[T]) -> Filter | None:
    """The filter of a request, when the type allows it.

    raises  GraphError for properties that do not exist or cannot be filtered
    """
    wanted = call.options.filter
    if wanted is None:
        return None
    for name in wanted.properties:
        if name not in shape.properties:
            raise unsupported_query(f"Property '{name}' does not exist as a declared property or extension property.")
        if name not in shape.filterable:
            resource = shape.name[0].upper() + shape.name[1:]
            raise unsupported_query(
                f"Unsupported or invalid query filter clause specified for property '{name}' of resource '{resource}'."
            )
    return wanted


def _scan(source: Source[T], offset: int, step: int) -> Iterator[tuple[int, T]]:
    """(place after it, item) from `offset` on."""
    places = source.places()
    while offset < places:
        for item in source.read(offset, offset + step):
            offset += 1
            if item is not None:
                yield offset, item


def page(
    call: Call, source: Source[T], render: Render[T], *, context: str, matches: Callable[[T], bool] | None = None
) -> dict[str, Any]:
    """One page of a collection as Graph answers it."""
    top = call.options.top or DEFAULT_PAGE
    if wants_sign_in_activity(call.request):
        top = min(top, SIGN_IN_ACTIVITY_PAGE)
    document: dict[str, Any] = {"@odata.context": call.context(context)}
    if call.options.count and call.page == 1:
        document["@odata.count"] = count(source, matches)
    value: list[dict[str, Any]] = []
    offset = call.offset
    if matches is None:
        stop = min(offset + top, source.places())
        value = [render(item) for item in source.read(offset, stop) if item is not None]
        offset = stop
    else:
        offset = _filtered(source, offset, top, render, matches, value)
    if offset < source.places():
        document["@odata.nextLink"] = next_link(call, offset)
    document["value"] = value
    return document


def _filtered(
    source: Source[T],
    offset: int,
    top: int,
    render: Render[T],
    matches: Callable[[T], bool],
    value: list[dict[str, Any]],
) -> int:
    last = min(source.places(), offset + SCANNED_PER_PAGE)
    for after, item in _scan(source, offset, top):
        if matches(item):
            value.append(render(item))
        if len(value) == top or after >= last:
            return after
    return source.places()


def count(source: Source[T], matches: Callable[[T], bool] | None) -> int:
    """How many items a listing has."""
    if matches is None:
        return source.count()
    return sum(matches(item) for _, item in _scan(source, 0, SCANNED_PER_PAGE))
