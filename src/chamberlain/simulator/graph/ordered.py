"""Ranges of names: which objects lie between two names, without looking at the others.

source  https://learn.microsoft.com/graph/filter-query-parameter and api/resources/user (read 2026): `ge`, `le` and
        `startsWith` on userPrincipalName and displayName need no advanced query
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from chamberlain.simulator.graph.filter import Bounds
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

T = TypeVar("T")
NameOf = Callable[[int], str | None]


class Orders:
    """Objects of a kind in the order of a name, as the base has it; sorted when first asked for, four bytes each."""

    def __init__(self) -> None:
        self._sorted: dict[tuple[Kind, str], array[int]] = {}

    def between(self, kind: Kind, bounds: Bounds, name_of: NameOf, size: int) -> "array[int]":
        """Serial numbers of the objects within bounds. `name_of` gives names of the base in small letters."""
        order = self._sorted.get((kind, bounds.name))
        if order is None:
            order = self._sorted[kind, bounds.name] = _sort(name_of, size)
        first, last = 0, len(order)

        def named(serial: int) -> str:
            return name_of(serial) or ""

        if bounds.low is not None:
            first = (bisect_right if bounds.low_is_open else bisect_left)(order, bounds.low, key=named)
        if bounds.high is not None:
            last = (bisect_left if bounds.high_is_open else bisect_right)(order, bounds.high, key=named)
        return order[first : max(first, last)]


def _sort(name_of: NameOf, size: int) -> "array[int]":
    names = [name_of(serial) for serial in range(size)]
    named = [serial for serial in range(size) if names[serial] is not None]
    named.sort(key=names.__getitem__)  # type: ignore[arg-type]  # those without a name were left out
    return array("I", named)


class Ranged(Generic[T]):
    """The objects whose name lies within bounds: those of the base, then those that changes brought in.

    read       the object at a serial number, as it is at the view's position
    name_then  its name in the base, name_now at the position; both in small letters
    """

    def __init__(
        self, view: View, kind: Kind, bounds: Bounds, orders: Orders, *, read: Callable[[int], T], then: NameOf,
        now: Callable[[T], str | None],
    ) -> None:  # fmt: skip
        self._view = view
        self._kind = kind
        self._bounds = bounds
        self._read = read
        self._now = now
        self._from_base = orders.between(kind, bounds, then, view.base.size(kind))
        changed = view.changed(kind)
        self._changed = frozenset(changed)
        known = self._changed.intersection(self._from_base) if changed else frozenset()
        self._added = [serial for serial in changed if serial not in known and self._item(serial) is not None]

    def _item(self, serial: int) -> T | None:
        if not self._view.present(Ref(self._kind, serial)):
            return None
        item = self._read(serial)
        return item if serial not in self._changed or self._bounds.hold(self._now(item)) else None

    def places(self) -> int:
        """See `Source`; so for all below."""
        return len(self._from_base) + len(self._added)

    def read(self, start: int, stop: int) -> Sequence[T | None]:
        count = len(self._from_base)
        serials = [*self._from_base[start:stop], *self._added[max(0, start - count) : max(0, stop - count)]]
        return [self._item(serial) for serial in serials]

    def count(self) -> int:
        return sum(item is not None for item in self.read(0, self.places()))
