"""users/delta and servicePrincipals/delta."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from chamberlain.simulator.graph.delta.item import encoded, removed, shown
from chamberlain.simulator.graph.delta.stream import Part, Round
from chamberlain.simulator.graph.delta.touched import LICENCES, Touch, touched
from chamberlain.simulator.graph.references import reference, removed_reference
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Objects:
    """Objects whose only relation is, of users, the manager."""

    function: str
    shape: Shape[Any]
    kind: Kind
    read: Callable[[View], Callable[[int], Any]]
    relations: tuple[str, ...] = ()

    def serials(self, view: View, ids: tuple[str, ...]) -> tuple[int, ...]:
        """See `Stream`; so for all below."""
        refs = (view.base.find(guid) for guid in ids)
        return tuple(ref.serial for ref in refs if ref is not None and ref.kind is self.kind)

    def _names(self, asked: Round) -> tuple[str, ...]:
        return self.shape.default if asked.select is None else asked.select

    def first(self, asked: Round) -> Part:
        size = asked.view.knobs.delta_users_per_page
        wanted: Sequence[int] = range(asked.view.size(self.kind)) if asked.ids is None else asked.ids
        items: list[bytes] = []
        place = asked.place
        while place < len(wanted) and len(items) < size:
            ref = Ref(self.kind, wanted[place])
            if asked.view.present(ref):
                items.append(self._whole(asked, ref))
            place += 1
        return Part(items, (place, 0) if place < len(wanted) else None)

    def _whole(self, asked: Round, ref: Ref) -> bytes:
        names = self._names(asked)
        view = asked.view
        arrays = []
        if MANAGER in names and MANAGER in self.relations:
            manager = view.manager(ref.serial)
            arrays = [] if manager is None else [("manager@delta", reference(view.base, Ref(Kind.USER, manager)))]
        return encoded(shown(view, self.shape, self.read(view)(ref.serial), self._properties(names)), arrays)

    def _properties(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name not in self.relations]

    def changes(self, asked: Round, before: View) -> Part:
        size = asked.view.knobs.delta_users_per_page
        items = list(islice(self._changed(asked, before), asked.place, asked.place + size + 1))
        more = len(items) > size
        return Part(items[:size], (asked.place + size, 0) if more else None)

    def _changed(self, asked: Round, before: View) -> Iterator[bytes]:
        for ref, touch in touched(asked.view, before.position, self.kind).items():
            if asked.ids is None or ref.serial in asked.ids:
                item = self._change(asked, before, ref, touch)
                if item is not None:
                    yield item

    def _change(self, asked: Round, before: View, ref: Ref, touch: Touch) -> bytes | None:
        view = asked.view
        if not view.present(ref):
            was_there = before.present(ref)
            return removed(view.base.guid(ref), for_good=view.gone_for_good(ref)) if was_there else None
        if touch.moved:
            return self._whole(asked, ref)
        names = self._names(asked)
        changed = touch.names.intersection(names)
        if changed & LICENCES and view.held_licences(ref.serial) == before.held_licences(ref.serial):
            changed -= LICENCES
        if not changed:
            return None
        arrays = [("manager@delta", _managers(view, before, ref.serial))] if MANAGER in changed else []
        properties = self._properties([name for name in names if name in changed] if asked.minimal else names)
        return encoded(shown(view, self.shape, self.read(view)(ref.serial), properties, changed), arrays)


def _managers(view: View, before: View, user: int) -> bytes:
    new, old = view.manager(user), before.manager(user)
    parts = [] if new is None else [reference(view.base, Ref(Kind.USER, new))]
    if old is not None and old != new:
        parts.append(removed_reference(view.base, Ref(Kind.USER, old)))
    return b",".join(parts)
