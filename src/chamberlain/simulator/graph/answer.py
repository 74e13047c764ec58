"""Common forms of an answer: one entity, a collection of one type, a mixed collection, a plain number."""

from collections.abc import Sequence
from typing import Any, TypeVar

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Source, count, page
from chamberlain.simulator.graph.matching import matcher, refuse_filter
from chamberlain.simulator.graph.mixed import DirectoryObject, Mixed, cast, is_of
from chamberlain.simulator.graph.refusal import bad_request, unsupported_query
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.message import Response

T = TypeVar("T")


def selected(call: Call) -> str:
    """The part of @odata.context that names the selected properties."""
    return f"({','.join(call.options.select)})" if call.options.select else ""


def entity(
    call: Call, shape: Shape[T], item: T, *, context: str, extra: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One object."""
    document = {"@odata.context": call.context(f"{context}{selected(call)}/$entity")}
    return document | shape.render(call.view, item, call.names(shape)) | (extra or {})


def collection(call: Call, shape: Shape[T], source: Source[T], *, context: str, paged: bool = True) -> dict[str, Any]:
    """A page of objects of one type."""
    if not paged:
        call.refuse_paging()
    names = call.names(shape, in_list=True)
    view = call.view
    return page(
        call,
        source,
        lambda item: shape.render(view, item, names),
        context=f"{context}{selected(call)}",
        matches=matcher(call, shape),
    )


def mixed_collection(
    call: Call, source: Source[DirectoryObject], *, cast_to: str | None = None, is_filtered: bool = False
) -> dict[str, Any]:
    """A page of objects of several types, or of the one that a cast segment names.

    is_filtered  whether the source is what the filter leaves of it
    """
    if not is_filtered:
        refuse_filter(call)
    shape = cast(call, cast_to) if cast_to else None
    mixed = Mixed(call, call.options.select, typed=shape is None)
    context = f"directoryObjects{selected(call)}"
    if shape is None:
        return page(call, source, mixed.render, context=context)
    return page(call, source, mixed.render, context=f"{shape.name}s", matches=lambda item: is_of(item, shape))


def number(call: Call, source: Source[T], shape: Shape[T] | None = None) -> Response:
    """The answer to a $count segment: plain text, and only in advanced mode."""
    if not call.options.advanced:
        raise bad_request("$count is not currently supported.")
    if shape is None and call.options.filter is not None:
        raise unsupported_query("The query option '$filter' is not supported for this resource.")
    total = count(source, matcher(call, shape) if shape is not None else None)
    return Response(200, str(total).encode(), "text/plain")


def related(call: Call, items: Sequence[DirectoryObject], select: tuple[str, ...] | None) -> list[dict[str, Any]]:
    """Objects inside an expanded relation."""
    mixed = Mixed(call, select)
    return [mixed.render(item) for item in items]
