"""What a delta function of one resource has to tell; one class for each in the modules beside."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.world.view import View


class Round(NamedTuple):
    """One page of a round: where it starts and what is wanted. `ids` are serial numbers."""

    view: View
    before: View | None
    place: int
    offset: int
    select: tuple[str, ...] | None
    ids: tuple[int, ...] | None
    minimal: bool


class Part(NamedTuple):
    """Items of one page as JSON, and the place at which the next page goes on; None after the last item."""

    items: list[bytes]
    following: tuple[int, int] | None


class Stream(Protocol):
    """The objects of one resource."""

    @property
    def function(self) -> str:
        """The path without `/delta`."""

    @property
    def shape(self) -> Shape[Any]:
        """Their type."""

    @property
    def relations(self) -> tuple[str, ...]:
        """Relations that $select may name."""

    def serials(self, view: View, ids: tuple[str, ...], /) -> tuple[int, ...]:
        """Places of the objects with these ids, of those that exist or existed."""

    def first(self, asked: Round) -> Part:
        """What is there."""

    def changes(self, asked: Round, before: View) -> Part:
        """What changed since."""


def page_of(items: Sequence[bytes], place: int, size: int) -> Part:
    """A page of items that were all made at once."""
    stop = place + size
    return Part(list(items[place:stop]), (stop, 0) if stop < len(items) else None)
