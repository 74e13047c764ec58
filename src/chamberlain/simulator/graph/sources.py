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
        return self._view.base.size(self._kind)

    def read(self, start: int, stop: int) -> Sequence[T | None]:
        present, kind, read = self._view.present, self._kind, self._read
        return [read(index) if present(Ref(kind, index)) else None for index in range(start, min(stop, self.places()))]

    def count(self) -> int:
        return sum(1 for _ in self._view.everything(self._kind))


class Members:
    """Direct members of a group: those of the base in its order, then those that changes added."""

    def __init__(self, view: View, group: int) -> None:
        self._view = view
        self._group = group
        self._from_base = view.base.member_count(group)
        self._added = view.added_members(group)

    def places(self) -> int:
        """See `Source`; so for all below."""
        return self._from_base + len(self._added)

    def read(self, start: int, stop: int) -> Sequence[Ref | None]:
        found = self._view.base.members(self._group, start, min(stop, self._from_base))
        if stop > self._from_base:
            found.extend(self._added[max(0, start - self._from_base) : stop - self._from_base])
        if not self._view.membership_changed(self._group):
            return found
        return [member if self._view.is_member(self._group, member) else None for member in found]

    def count(self) -> int:
        if not self._view.membership_changed(self._group):
            return self._from_base
        return self._from_base + self._view.membership_difference(self._group)


class Assignments:
    """Assignments to an application; those of applications that are not in the tenant leave their places empty."""

    def __init__(self, view: View, resource: int) -> None:
        self._view = view
        self._resource = resource

    def places(self) -> int:
        """See `Source`; so for all below."""
        return self._view.base.app_assignment_count(self._resource)

    def read(self, start: int, stop: int) -> Sequence[AppAssignment | None]:
        found = self._view.base.app_assignments(self._resource, start, stop)
        return [assignment if self._view.present(assignment.principal) else None for assignment in found]

    def count(self) -> int:
        return sum(assignment is not None for assignment in self.read(0, self.places()))
