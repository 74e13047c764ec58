"""The tenant's collections by place, at the position of one request."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from chamberlain.simulator.world.application import AppAssignment
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

T = TypeVar("T")


class Objects(Generic[T]):
    """All objects of a kind; one that is not in the tenant leaves its place empty."""

    def __init__(self, view: View, kind: Kind, read: Callable[[int], T]) -> None:
        self._view = view
        self._kind = kind
        self._read = read

    def places(self) -> int:
        """See `Source`; so for all below."""
        return self._view.size(self._kind)

    def read(self, start: int, stop: int) -> Sequence[T | None]:
        present, kind, read = self._view.present, self._kind, self._read
        return [read(index) if present(Ref(kind, index)) else None for index in range(start, min(stop, self.places()))]

    def count(self) -> int:
        return sum(1 for _ in self._view.everything(self._kind))


class Members:
    """Direct members of a group; one that left or is not in the tenant leaves its place empty."""

    def __init__(self, view: View, group: int) -> None:
        self._view = view
        self._group = group

    def places(self) -> int:
        """See `Source`; so for all below."""
        return self._view.member_places(self._group)

    def read(self, start: int, stop: int) -> Sequence[Ref | None]:
        return self._view.members_at(self._group, start, stop)

    def count(self) -> int:
        return self._view.member_count(self._group)


class Assignments:
    """Assignments to an application; those that ended or whose principal is not in the tenant leave their places
    empty."""

    def __init__(self, view: View, resource: int) -> None:
        self._view = view
        self._resource = resource

    def places(self) -> int:
        """See `Source`; so for all below."""
        return self._view.assignment_places(self._resource)

    def read(self, start: int, stop: int) -> Sequence[AppAssignment | None]:
        return self._view.assignments_at(self._resource, start, stop)

    def count(self) -> int:
        return sum(assignment is not None for assignment in self.read(0, self.places()))
