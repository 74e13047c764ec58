"""groups/delta with members and owners: a large group goes on over several pages."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chamberlain.simulator.graph.delta.item import encoded, removed, shown
from chamberlain.simulator.graph.delta.stream import Part, Round
from chamberlain.simulator.graph.delta.touched import Touch, touched
from chamberlain.simulator.graph.references import reference, references, removed_reference
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.graph.shapes.group import GROUP
from chamberlain.simulator.world.fact import Relation
from chamberlain.simulator.world.grown import runs_of
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

_RELATIONS = {"members": Relation.MEMBER, "owners": Relation.OWNER}
_ID_ALONE = ((), ("id",))
_KEYS = {Relation.MEMBER: "members@delta", Relation.OWNER: "owners@delta"}


class _Change(NamedTuple):
    """A group of a round: gone when `gone` says so, whole when `entries` is None, else with these entries."""

    ref: Ref
    properties: tuple[str, ...]
    changed: frozenset[str]
    entries: list[tuple[Relation, bytes]] | None
    gone: bytes | None


class Groups:
    """The groups of the tenant."""

    function = "groups"
    shape: Shape[Any] = GROUP
    relations = tuple(_RELATIONS)

    def serials(self, view: View, ids: tuple[str, ...]) -> tuple[int, ...]:
        """See `Stream`; so for all below."""
        refs = (view.base.find(guid) for guid in ids)
        return tuple(ref.serial for ref in refs if ref is not None and ref.kind is Kind.GROUP)

    def first(self, asked: Round) -> Part:
        wanted: Sequence[int] = range(asked.view.size(Kind.GROUP)) if asked.ids is None else asked.ids
        properties, relations = _wanted(asked)
        page = _Page(asked, relations)
        for place in range(asked.place, len(wanted)):
            ref = Ref(Kind.GROUP, wanted[place])
            if asked.view.present(ref) and not page.take(place, _Change(ref, properties, frozenset(), None, None)):
                return page.ended()
        return page.ended()

    def changes(self, asked: Round, before: View) -> Part:
        properties, relations = _wanted(asked)
        page = _Page(asked, relations)
        found = list(touched(asked.view, before.position, Kind.GROUP).items())
        for place in range(asked.place, len(found)):
            ref, touch = found[place]
            if asked.ids is not None and ref.serial not in asked.ids:
                continue
            change = _change(asked, before, ref, touch, properties, relations)
            if change is not None and not page.take(place, change):
                break
        return page.ended()


def _wanted(asked: Round) -> tuple[tuple[str, ...], tuple[Relation, ...]]:
    """Properties and relations asked for; without $select the usual ones and the members."""
    if asked.select is None:
        return GROUP.default, (Relation.MEMBER,)
    properties = tuple(name for name in asked.select if name not in _RELATIONS)
    return properties, tuple(relation for name, relation in _RELATIONS.items() if name in asked.select)


def _change(
    asked: Round, before: View, ref: Ref, touch: Touch, properties: tuple[str, ...], relations: tuple[Relation, ...]
) -> _Change | None:
    view = asked.view
    if not view.present(ref):
        if not before.present(ref):
            return None
        return _Change(ref, (), frozenset(), [], removed(view.base.guid(ref), for_good=view.gone_for_good(ref)))
    if touch.moved:
        return _Change(ref, properties, frozenset(), None, None)
    changed = frozenset(touch.names.intersection(properties))
    entries = [
        (relation, (reference if holds else removed_reference)(view.base, holder))
        for (relation, holder), holds in touch.edges.items()
        if relation in relations and (view.present(holder) or not holds)
    ]
    if not changed and not entries:
        return None
    kept = tuple(name for name in properties if name in changed) if asked.minimal else properties
    return _Change(ref, kept, changed, entries, None)


class _Page:
    """Fills a page with groups until its entries or its groups are enough."""

    def __init__(self, asked: Round, relations: tuple[Relation, ...]) -> None:
        self._asked = asked
        self._relations = relations
        self._room = asked.view.knobs.delta_entries_per_page
        self._items: list[bytes] = []
        self._following: tuple[int, int] | None = None

    def take(self, place: int, change: _Change) -> bool:
        """Put a group on the page, or as much of it as there is room for; False when the page ends before or in it."""
        view = self._asked.view
        if len(self._items) >= view.knobs.delta_groups_per_page or (self._items and self._room <= 0):
            self._following = (place, 0)
            return False
        if change.gone is not None:
            self._items.append(change.gone)
            return True
        start = self._asked.offset if place == self._asked.place else 0
        size, arrays = self._entries(change, start)
        self._items.append(encoded(self._properties(change), arrays))
        taken = min(size - start, self._room)
        self._room -= taken
        if start + taken < size:
            self._following = (place, start + taken)
            return False
        return True

    def _properties(self, change: _Change) -> dict[str, Any]:
        view = self._asked.view
        if change.properties in _ID_ALONE:  # as large tenants are read
            return {"id": view.base.guid(change.ref)}
        return shown(view, GROUP, view.group(change.ref.serial), change.properties, change.changed)

    def _entries(self, change: _Change, start: int) -> tuple[int, list[tuple[str, bytes]]]:
        """(all entries of the group, those from `start` on for which there is room, by relation)."""
        stop = start + self._room
        if change.entries is None:
            return self._whole(change.ref.serial, start, stop)
        found: dict[Relation, list[bytes]] = {}
        for relation, text in change.entries[start:stop]:
            found.setdefault(relation, []).append(text)
        arrays = [(_KEYS[relation], b",".join(texts)) for relation, texts in found.items()]
        return len(change.entries), arrays

    def _whole(self, group: int, start: int, stop: int) -> tuple[int, list[tuple[str, bytes]]]:
        view = self._asked.view
        size = 0
        arrays: list[tuple[str, bytes]] = []
        if Relation.MEMBER in self._relations:
            size = view.member_places(group)
            if start < size:
                arrays.append(("members@delta", references(view.base, view.member_runs(group, start, min(stop, size)))))
        if Relation.OWNER in self._relations:
            owners = view.owners(group)
            part = owners[max(0, start - size) : max(0, stop - size)]
            arrays.append(("owners@delta", references(view.base, runs_of(part))))
            size += len(owners)
        return size, arrays

    def ended(self) -> Part:
        """The page."""
        return Part(self._items, self._following)
