"""Turning a filter into a test on items of a collection."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import check_filter
from chamberlain.simulator.graph.refusal import unsupported_query
from chamberlain.simulator.graph.shape import Shape

T = TypeVar("T")


def _plain(value: Any) -> Any:
    """Values encoded ahead of time are read again; only filters on licences meet them."""
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value


def matcher(call: Call, shape: Shape[T]) -> Callable[[T], bool] | None:
    """The test that the request's filter makes, None without a filter."""
    wanted = check_filter(call, shape)
    if wanted is None:
        return None
    names = tuple(wanted.properties)
    return lambda item: wanted.matches({name: _plain(shape.properties[name](call.view, item)) for name in names})


def refuse_filter(call: Call) -> None:
    """For collections that cannot be filtered."""
    if call.options.filter is not None:
        raise unsupported_query("The query option '$filter' is not supported for this resource.")
