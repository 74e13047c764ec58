"""A Graph type: its properties, how each is computed, and which queries it allows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from chamberlain.simulator.graph.refusal import GraphError, unknown_property
from chamberlain.simulator.world.view import View

T = TypeVar("T")
LISTS_REMEMBERED = 128
Getter = Callable[[View, T], Any]


@dataclass(frozen=True, slots=True)
class Shape(Generic[T]):
    """The JSON form of a type. `default` is what an answer holds without $select."""

    name: str
    properties: Mapping[str, Getter[T]]
    default: tuple[str, ...]
    filterable: frozenset[str] = frozenset()
    expandable: frozenset[str] = frozenset()
    single_only: frozenset[str] = frozenset()
    guarded: Mapping[str, str] = field(default_factory=dict)
    """Properties that need a permission of their own."""
    left_out: frozenset[str] = frozenset()
    """Properties that an object without a value does not have, instead of null."""
    _known: dict[tuple[str, ...], tuple[Getter[T], ...]] = field(default_factory=dict, repr=False, compare=False)

    def names(self, select: tuple[str, ...] | None, *, in_list: bool = False) -> tuple[str, ...]:
        """Properties of an answer: the selected ones, `id` always first.

        raises  GraphError for a property that the type does not have or does not give in lists
        """
        if select is None:
            return self.default
        for name in select:
            if in_list and name in self.single_only:
                raise GraphError(501, "NotImplemented", f"The property '{name}' is not available in a collection.")
            if name not in self.properties:
                raise unknown_property(name, self.name)
        return ("id", *(name for name in dict.fromkeys(select) if name != "id"))

    def render(self, view: View, item: T, names: tuple[str, ...]) -> dict[str, Any]:
        """The JSON object of an item."""
        found = dict(zip(names, [read(view, item) for read in self._readers(names)], strict=True))
        for name in self.left_out:
            if name in found and found[name] is None:
                del found[name]
        return found

    def _readers(self, names: tuple[str, ...]) -> tuple[Getter[T], ...]:
        """How the properties are computed, looked up once for each list of names."""
        readers = self._known.get(names)
        if readers is None:
            if len(self._known) >= LISTS_REMEMBERED:
                self._known.clear()
            readers = self._known[names] = tuple(self.properties[name] for name in names)
        return readers


def constant(value: Any) -> Callable[[View, Any], Any]:
    """A property that is the same for every object."""
    return lambda _view, _item: value
