"""Turning a filter into a test on items of a collection."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Source, check_filter
from chamberlain.simulator.graph.ordered import Ranged
from chamberlain.simulator.graph.refusal import unsupported_query
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.graph.sources import Objects
from chamberlain.simulator.world.reference import Kind

ORDERED = {
    "user": frozenset({"userPrincipalName", "displayName"}),
    "group": frozenset({"displayName"}),
    "servicePrincipal": frozenset({"displayName"}),
}
T = TypeVar("T")


def _plain(value: Any) -> Any:
    """Values encoded ahead of time are read again; only filters on licences meet them."""
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value


def is_range(call: Call, shape: Shape[Any]) -> bool:
    """Whether the filter is nothing but a range of names for which there is an order."""
    wanted = call.options.filter
    return wanted is not None and wanted.bounds is not None and wanted.bounds.name in ORDERED.get(shape.name, ())


def ranged(call: Call, shape: Shape[T], kind: Kind, *, read: Callable[[int], T], then: Callable[[int], T]) -> Source[T]:
    """The objects of a kind, cut down to the range of names that the filter may be.

    read  the object at a serial number; then the same as the base has it
    """
    wanted = check_filter(call, shape)
    if wanted is None or wanted.bounds is None or not is_range(call, shape):
        return Objects(call.view, kind, read)
    view, name_of = call.view, shape.properties[wanted.bounds.name]
    return Ranged(
        view,
        kind,
        wanted.bounds,
        call.orders,
        read=read,
        then=lambda serial: _lower(name_of(view, then(serial))),
        now=lambda item: _lower(name_of(view, item)),
    )


def _lower(name: Any) -> str | None:
    return name.lower() if isinstance(name, str) else None


def matcher(call: Call, shape: Shape[T]) -> Callable[[T], bool] | None:
    """The test that the request's filter makes; None without a filter, and for a range, which its source keeps."""
    wanted = check_filter(call, shape)
    if wanted is None or is_range(call, shape):
        return None
    names = tuple(wanted.properties)
    return lambda item: wanted.matches({name: _plain(shape.properties[name](call.view, item)) for name in names})


def refuse_filter(call: Call) -> None:
    """For collections that cannot be filtered."""
    if call.options.filter is not None:
        raise unsupported_query("The query option '$filter' is not supported for this resource.")
