"""One object as delta functions show it: without what was never set, or only what has changed."""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.world.view import View

T = TypeVar("T")
_ENCODER = msgspec.json.Encoder()
_EMPTY: tuple[Any, ...] = (None, [], {}, ())


def _is_set(value: Any) -> bool:
    return bytes(value) != b"[]" if isinstance(value, msgspec.Raw) else value not in _EMPTY


def shown(view: View, shape: Shape[T], item: T, names: Iterable[str], changed: Iterable[str] = ()) -> dict[str, Any]:
    """Properties with a value; of those that changed also the ones that were emptied."""
    kept = frozenset(changed)
    found = shape.render(view, item, ("id", *(name for name in names if name != "id")))
    return {name: value for name, value in found.items() if name in kept or _is_set(value)}


def encoded(document: dict[str, Any], arrays: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """The JSON of an item with arrays that are JSON already."""
    text = _ENCODER.encode(document)
    rest = b"".join(b',"%s":[%s]' % (name.encode(), content) for name, content in arrays if content)
    return text[:-1] + rest + b"}" if rest else text


def removed(guid: str, *, for_good: bool) -> bytes:
    """An object that is not there any more: `changed` while it can come back, `deleted` when it cannot."""
    return _ENCODER.encode({"id": guid, "@removed": {"reason": "deleted" if for_good else "changed"}})
