"""The tenant as it was at one position of the log: base and overlay read as one."""

from collections.abc import Iterator, Sequence

from chamberlain.simulator.world.application import AppAssignment, Device, ServicePrincipal
from chamberlain.simulator.world.base import Base, Tenant
from chamberlain.simulator.world.group import Group
from chamberlain.simulator.world.licence import HOLDING, LicenceState
from chamberlain.simulator.world.mutation import Relation
from chamberlain.simulator.world.overlay import Overlay
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref


class View:
    """Answers of the tenant at `position`; cheap to make, so that every request has its own."""

    __slots__ = ("_last_states", "_overlay", "base", "position")

    def __init__(self, base: Base, overlay: Overlay, position: int) -> None:
        self.base = base
        self.position = position
        self._overlay = overlay
        self._last_states: tuple[int, list[LicenceState]] = (-1, [])

    @property
    def tenant(self) -> Tenant:
        """The organisation."""
        return self.base.tenant

    def present(self, ref: Ref) -> bool:
        """Whether the object is in the tenant."""
        changes = self._overlay.attributes(ref, self.position)
        return bool(changes["present"]) if "present" in changes else self.base.present(ref)

    def changed(self, kind: Kind) -> list[int]:
        """Objects of a kind that any change made or gave another property."""
        return self._overlay.changed(kind)

    def find(self, guid: str) -> Ref | None:
        """The object with this id."""
        ref = self.base.find(guid)
        return ref if ref is not None and self.present(ref) else None

    def person(self, index: int) -> Person:
        """The user at an index."""
        person = self.base.person(index)
        changes = self._overlay.attributes(Ref(Kind.USER, index), self.position)
        return person._replace(**changes) if changes else person

    def manager(self, index: int) -> int | None:
        """The user's manager."""
        return self.base.manager(index)

    def group(self, index: int) -> Group:
        """The group at an index."""
        return self.base.group(index)

    def service_principal(self, index: int) -> ServicePrincipal:
        """The service principal at an index."""
        return self.base.service_principal(index)

    def device(self, index: int) -> Device:
        """The device at an index."""
        return self.base.device(index)

    def is_member(self, group: int, holder: Ref) -> bool:
        """Whether the holder is a direct member of the group."""
        said = self._overlay.edge(Relation.MEMBER, holder, Ref(Kind.GROUP, group), self.position)
        return self.base.is_member(group, holder) if said is None else said

    def added_members(self, group: int) -> list[Ref]:
        """Members that only changes put there; the first ever added comes first, so a listing can go on after it."""
        target = Ref(Kind.GROUP, group)
        return [
            holder
            for holder in self._overlay.holders(Relation.MEMBER, target)
            if not self.base.is_member(group, holder)
        ]

    def membership_changed(self, group: int) -> bool:
        """Whether any change ever spoke of the group's members."""
        return bool(self._overlay.holders(Relation.MEMBER, Ref(Kind.GROUP, group)))

    def membership_difference(self, group: int) -> int:
        """Members now minus members in the base."""
        changed = self._overlay.holders(Relation.MEMBER, Ref(Kind.GROUP, group))
        return sum(self.is_member(group, holder) - self.base.is_member(group, holder) for holder in changed)

    def groups_of(self, holder: Ref) -> list[int]:
        """Groups the holder is a direct member of."""
        from_base = self.base.groups_of(holder)
        changed = [target.serial for target in self._overlay.targets(Relation.MEMBER, holder)]
        if not changed:
            return list(from_base)
        return [group for group in sorted({*from_base, *changed}) if self.is_member(group, holder)]

    def licence_states(self, user: int) -> list[LicenceState]:
        """Every path by which a licence reaches the person: its own, then those of groups it is directly in.

        The last answer is remembered: three properties of a user are made of the same states.
        """
        if self._last_states[0] == user:
            return self._last_states[1]
        states = list(self.base.direct_licences(user))
        holder = Ref(Kind.USER, user)
        is_member = self.is_member if self._overlay.speaks_of(Relation.MEMBER, holder) else self.base.is_member
        for group, licences in self.base.licence_groups().items():
            if is_member(group, holder):
                states.extend(self.base.inherited_licence(user, group, licence) for licence in licences)
        self._last_states = (user, states)
        return states

    def held_licences(self, user: int) -> dict[str, tuple[str, ...]]:
        """SKUs that the person really has, each with the plans that are off on every path."""
        held: dict[str, tuple[str, ...]] = {}
        for state in self.licence_states(user):
            if state.state in HOLDING:
                before = held.get(state.sku_id, state.disabled_plans)
                held[state.sku_id] = tuple(plan for plan in before if plan in state.disabled_plans)
        return held

    def consumed_units(self) -> dict[str, int]:
        """Seats in use by SKU: the base's count, corrected for people whose memberships changed."""
        consumed = dict(self.base.consumed_units())
        before = View(self.base, Overlay(), 0)
        for holder in self._overlay.holders_ever_changed(Relation.MEMBER):
            if holder.kind is Kind.USER:
                for sku_id in before.held_licences(holder.serial):
                    consumed[sku_id] -= 1
                for sku_id in self.held_licences(holder.serial):
                    consumed[sku_id] = consumed.get(sku_id, 0) + 1
        return consumed

    def app_assignments_of(self, holder: Ref) -> Sequence[AppAssignment]:
        """Applications the holder itself is assigned to."""
        return self.base.app_assignments_of(holder)

    def everything(self, kind: Kind) -> Iterator[Ref]:
        """Every object of a kind that is present."""
        return (ref for ref in (Ref(kind, index) for index in range(self.base.size(kind))) if self.present(ref))
