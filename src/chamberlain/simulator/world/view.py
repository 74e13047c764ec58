"""The tenant as it was at one position of the log: base and overlay read as one.

What is not in the tenant takes its relations out of sight with it, and brings them back when it returns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chamberlain.simulator.world.activity import AuditEntry
from chamberlain.simulator.world.application import AppAssignment, DelegatedGrant, Device, ServicePrincipal
from chamberlain.simulator.world.base import Run, Tenant
from chamberlain.simulator.world.dynamic_group import DynamicGroup, born_dynamic_groups
from chamberlain.simulator.world.fact import CONCEALED_NAMES, Fact, Key, Relation, Shelf
from chamberlain.simulator.world.group import Group, GroupLicence
from chamberlain.simulator.world.grown import Grown, runs_of
from chamberlain.simulator.world.knobs import Knobs
from chamberlain.simulator.world.licence import HOLDING, LicenceState
from chamberlain.simulator.world.overlay import Overlay, Presence
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment, Schedule

_PERSON_FIELDS = frozenset(Person._fields)


class View:
    """Answers of the tenant at `position`; cheap to make, so that every request has its own."""

    __slots__ = ("_absent", "_consumed", "_last_states", "_licence_groups", "_overlay", "base", "knobs", "position")

    def __init__(self, base: Grown, overlay: Overlay, position: int, knobs: Knobs) -> None:
        self.base = base
        self.position = position
        self.knobs = knobs
        self._overlay = overlay
        self._absent: frozenset[Ref] | None = None
        self._consumed: dict[str, int] | None = None
        self._last_states: tuple[int, list[LicenceState]] = (-1, [])
        self._licence_groups: Mapping[int, tuple[GroupLicence, ...]] | None = None

    def at(self, position: int) -> "View":
        """The same tenant at another position."""
        return View(self.base, self._overlay, position, self.knobs)

    def facts_since(self, position: int) -> Iterator[Fact]:
        """What became true after a position and by this one."""
        return self._overlay.facts(position, self.position)

    @property
    def trail(self) -> Sequence[AuditEntry]:
        """The audit log, oldest first, of all times."""
        return self._overlay.trail

    @property
    def tenant(self) -> Tenant:
        """The organisation."""
        return self.base.tenant

    @property
    def absent(self) -> frozenset[Ref]:
        """Objects that are not in the tenant now."""
        if self._absent is None:
            self._absent = self._overlay.absent(self.position, self.base.waiting)
        return self._absent

    def present(self, ref: Ref) -> bool:
        """Whether the object is in the tenant."""
        return ref not in self.absent

    def presence(self, ref: Ref) -> Presence | None:
        """What was last said about the object's being there."""
        return self._overlay.presence(ref, self.position)

    def gone_for_good(self, ref: Ref) -> bool:
        """Whether the object was deleted and cannot come back."""
        last = self.presence(ref)
        return last is not None and last.for_good

    def deleted(self, kind: Kind) -> list[tuple[Ref, float]]:
        """Objects in the deleted items, each with the second at which it went."""
        found = ((ref, self.presence(ref)) for ref in self._overlay.moved() if ref.kind is kind)
        return [
            (ref, last.happened) for ref, last in found if last is not None and not last.present and not last.for_good
        ]

    def size(self, kind: Kind) -> int:
        """Places of a kind; those of objects that are not in the tenant are empty."""
        return self.base.size(kind)

    def changed(self, kind: Kind) -> list[int]:
        """Objects of a kind that any change made or gave another property."""
        return self._overlay.changed(kind)

    def find(self, guid: str) -> Ref | None:
        """The object with this id."""
        ref = self.base.find(guid)
        return ref if ref is not None and self.present(ref) else None

    def find_user(self, user_principal_name: str) -> int | None:
        """The user with this sign-in name, in any case of letters."""
        wanted = user_principal_name.lower()
        old = self.base.find_user(wanted)
        candidates = [ref.serial for ref in self._overlay.sign_in_name_holders(wanted)]
        for index in candidates if old is None else [old, *candidates]:
            if self.present(Ref(Kind.USER, index)) and self.person(index).user_principal_name.lower() == wanted:
                return index
        return None

    def attribute(self, subject: Ref, name: str) -> Any:
        """A property that changes may speak of."""
        if name == "manager":
            said = self._overlay.attributes(subject, self.position)
            return said["manager"] if "manager" in said else self.base.manager(subject.serial)
        read = {Kind.USER: self.person, Kind.GROUP: self.group, Kind.SERVICE_PRINCIPAL: self.service_principal}
        return getattr(read[subject.kind](subject.serial), name)

    def person(self, index: int) -> Person:
        """The user at an index."""
        person = self.base.person(index)
        changes = self._overlay.attributes(Ref(Kind.USER, index), self.position)
        if not changes:
            return person
        return person._replace(**{name: value for name, value in changes.items() if name in _PERSON_FIELDS})

    def manager(self, index: int) -> int | None:
        """The user's manager, as long as the manager is in the tenant."""
        manager: int | None = self.attribute(Ref(Kind.USER, index), "manager")
        return manager if manager is not None and self.present(Ref(Kind.USER, manager)) else None

    def group(self, index: int) -> Group:
        """The group at an index."""
        changes = self._overlay.attributes(Ref(Kind.GROUP, index), self.position)
        return self.base.group(index)._replace(**changes) if changes else self.base.group(index)

    def service_principal(self, index: int) -> ServicePrincipal:
        """The service principal at an index."""
        changes = self._overlay.attributes(Ref(Kind.SERVICE_PRINCIPAL, index), self.position)
        found = self.base.service_principal(index)
        return found._replace(**changes) if changes else found

    def device(self, index: int) -> Device:
        """The device at an index."""
        return self.base.device(index)

    def linked(self, relation: Relation, holder: Ref, group: Ref) -> bool:
        """Whether a relation holds, also between objects that are out of sight."""
        said = self._overlay.edge(relation, holder, group, self.position)
        if said is not None:
            return said
        if relation is Relation.MEMBER:
            return self.base.is_member(group.serial, holder)
        return holder in self.base.owners(group.serial)

    def is_member(self, group: int, holder: Ref) -> bool:
        """Whether the holder is a direct member of the group."""
        target = Ref(Kind.GROUP, group)
        return self.linked(Relation.MEMBER, holder, target) and self.absent.isdisjoint((holder, target))

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

    def is_simple(self, group: int) -> bool:
        """Whether the group's members are those of the base, all in sight, so that a slice has no gaps."""
        return self.absent <= self.base.waiting and not self.membership_changed(group)

    def member_runs(self, group: int, start: int, stop: int) -> list[Run]:
        """Direct members at places of the group's list, without a reference for each where nothing was changed."""
        if self.membership_changed(group):
            return runs_of([ref for ref in self.members_at(group, start, stop) if ref is not None])
        return self._without_absent(self.base.member_runs(group, start, stop))

    def _without_absent(self, runs: list[Run]) -> list[Run]:
        for kind in {kind for kind, _ in runs}:
            gone = {ref.serial for ref in self.absent if ref.kind is kind}
            if gone:
                runs = [
                    (of, [serial for serial in serials if serial not in gone] if of is kind else serials)
                    for of, serials in runs
                ]
        return runs

    def member_places(self, group: int) -> int:
        """Places of the list of members: those of the base in its order, then those that changes added."""
        return self.base.member_count(group) + len(self.added_members(group))

    def members_at(self, group: int, start: int, stop: int) -> list[Ref | None]:
        """What stands at places of the list; None where somebody left or is out of sight."""
        from_base = self.base.member_count(group)
        found: list[Ref] = self.base.members(group, start, min(stop, from_base))
        if stop > from_base:
            found.extend(self.added_members(group)[max(0, start - from_base) : stop - from_base])
        if self.membership_changed(group):
            return [member if self.is_member(group, member) else None for member in found]
        absent = self.absent
        return [None if member in absent else member for member in found]

    def member_count(self, group: int) -> int:
        """How many direct members there are."""
        target = Ref(Kind.GROUP, group)
        changed = self._overlay.holders(Relation.MEMBER, target)
        difference = sum(
            self.linked(Relation.MEMBER, holder, target) - self.base.is_member(group, holder) for holder in changed
        )
        hidden = sum(self.linked(Relation.MEMBER, holder, target) for holder in self.absent if holder != target)
        return self.base.member_count(group) + difference - hidden

    def groups_of(self, holder: Ref) -> list[int]:
        """Groups the holder is a direct member of."""
        from_base = self.base.groups_of(holder)
        changed = [target.serial for target in self._overlay.targets(Relation.MEMBER, holder)]
        if not changed:
            absent = self.absent
            return [group for group in from_base if Ref(Kind.GROUP, group) not in absent]
        return [group for group in sorted({*from_base, *changed}) if self.is_member(group, holder)]

    def owners(self, group: int) -> list[Ref]:
        """A group's owners."""
        target = Ref(Kind.GROUP, group)
        changed = self._overlay.holders(Relation.OWNER, target)
        found = dict.fromkeys((*self.base.owners(group), *changed))
        return [
            holder
            for holder in found
            if holder not in self.absent and (not changed or self.linked(Relation.OWNER, holder, target))
        ]

    def owned_by(self, holder: Ref) -> list[int]:
        """Groups the holder owns, ascending."""
        changed = [target.serial for target in self._overlay.targets(Relation.OWNER, holder)]
        targets = (Ref(Kind.GROUP, group) for group in sorted({*self.base.owned_by(holder), *changed}))
        return [
            group.serial for group in targets if group not in self.absent and self.linked(Relation.OWNER, holder, group)
        ]

    def licence_groups(self) -> Mapping[int, tuple[GroupLicence, ...]]:
        """Groups that hand out licences, and which."""
        if self._licence_groups is None:
            found = self.base.licence_groups()
            if self._overlay.licensing:
                now = {ref.serial: self.group(ref.serial).licences for ref in self._overlay.licensing}
                found = {group: licences for group, licences in {**found, **now}.items() if licences}
            self._licence_groups = found
        return self._licence_groups

    def _settled(self, states: Iterable[LicenceState], holder: Ref) -> Iterator[LicenceState]:
        """Inherited licences as they were left when somebody last had them gone through."""
        if not self._overlay.keys_of(Shelf.SETTLED, holder):
            yield from states
            return
        for state in states:
            said = self._overlay.entry(Shelf.SETTLED, (holder.serial, *state[:3:2]), self.position)[1]
            yield state if said is None else said.applied(state)

    def licence_states(self, user: int) -> list[LicenceState]:
        """Every path by which a licence reaches the person: its own, then those of groups it is directly in.

        The last answer is remembered: three properties of a user are made of the same states.
        """
        if self._last_states[0] == user:
            return self._last_states[1]
        holder = Ref(Kind.USER, user)
        states = self._direct_licences(holder)
        is_member = self.is_member if self._overlay.speaks_of(Relation.MEMBER, holder) else self.base.is_member
        for group, licences in self.licence_groups().items():
            if is_member(group, holder):
                inherited = (self.base.inherited_licence(user, group, licence) for licence in licences)
                states.extend(self._settled(inherited, holder))
        self._last_states = (user, states)
        return states

    def _direct_licences(self, holder: Ref) -> list[LicenceState]:
        states = list(self.base.direct_licences(holder.serial))
        keys = self._overlay.keys_of(Shelf.LICENCE, holder)
        if not keys:
            return states
        by_sku = {state.sku_id: state for state in states}
        for key in keys:
            said, state = self._overlay.entry(Shelf.LICENCE, key, self.position)
            if said and state is None:
                by_sku.pop(key[1], None)
            elif said:
                by_sku[key[1]] = state
        return list(by_sku.values())

    def held_licences(self, user: int) -> dict[str, tuple[str, ...]]:
        """SKUs that the person really has, each with the plans that are off on every path."""
        held: dict[str, tuple[str, ...]] = {}
        for state in self.licence_states(user):
            if state.state in HOLDING:
                before = held.get(state.sku_id, state.disabled_plans)
                held[state.sku_id] = tuple(plan for plan in before if plan in state.disabled_plans)
        return held

    def consumed_units(self) -> dict[str, int]:
        """Seats in use by SKU: the base's count, corrected for people who changed."""
        if self._consumed is None:
            self._consumed = self._count_consumed()
        return self._consumed

    def _count_consumed(self) -> dict[str, int]:
        consumed = dict(self.base.consumed_units())
        before = View(self.base, Overlay(), 0, self.knobs)
        changed = self._overlay.holders_of_entries(Shelf.LICENCE) | self._overlay.holders_of_entries(Shelf.SETTLED)
        changed |= {*self._overlay.moved()}
        for group in {*self.base.licence_groups(), *self.licence_groups()}:
            changed.update(self._overlay.holders(Relation.MEMBER, Ref(Kind.GROUP, group)))
        for ref in self._overlay.licensing:
            changed.update(self.base.members(ref.serial, 0, self.base.member_count(ref.serial)))
        for holder in changed:
            if holder.kind is Kind.USER:
                for sku_id in before.held_licences(holder.serial):
                    consumed[sku_id] -= 1
                for sku_id in self.held_licences(holder.serial) if self.present(holder) else ():
                    consumed[sku_id] = consumed.get(sku_id, 0) + 1
        return consumed

    def entry(self, shelf: Shelf, key: Key, holder: Ref | None) -> Any:
        """An entry of a collection, None when it is not there."""
        said, item = self._overlay.entry(shelf, key, self.position)
        if said:
            return item
        return next((item for item in self._from_base(shelf, holder) if entry_key(shelf, item, holder) == key), None)

    @property
    def conceals_names(self) -> bool:
        """Whether usage reports conceal names, as they do in every tenant in which nobody has changed that."""
        said, concealed = self._overlay.entry(Shelf.SETTING, CONCEALED_NAMES, self.position)
        return bool(concealed) if said else True

    def _from_base(self, shelf: Shelf, holder: Ref | None) -> Iterable[Any]:
        if shelf is Shelf.CONSENT:
            return self.base.delegated_grants()
        if shelf is Shelf.DYNAMIC_GROUP:
            return born_dynamic_groups(self.tenant)
        if holder is None:
            return ()
        match shelf:
            case Shelf.ROLE:
                return self.base.roles_of(holder)
            case Shelf.ELIGIBLE:
                return self.base.eligible_of(holder)
            case Shelf.APP:
                return self.base.app_assignments_of(holder)
            case Shelf.LICENCE:
                return self.base.direct_licences(holder.serial)
            case _:
                return ()  # only changes put anything there

    def entries_of(self, shelf: Shelf, holder: Ref | None) -> dict[Key, Any]:
        """What changes left in a collection for one holder, by key."""
        said = {key: self._overlay.entry(shelf, key, self.position)[1] for key in self._overlay.keys_of(shelf, holder)}
        return {key: item for key, item in said.items() if item is not None}

    def dynamic_groups(self) -> list[DynamicGroup]:
        """Dynamic distribution groups, those that changes made last."""
        born = [one.guid for one in born_dynamic_groups(self.tenant)]
        guids = dict.fromkeys([*born, *(key[0] for key in self.entries_of(Shelf.DYNAMIC_GROUP, None))])
        found = (self.entry(Shelf.DYNAMIC_GROUP, (guid,), None) for guid in guids)
        return [one for one in found if one is not None]

    def _merged(self, shelf: Shelf, from_base: Iterable[Any], keys: Sequence[Key]) -> list[Any]:
        """Entries of the base as they are now, then those that changes added; nobody's who is out of sight."""
        found = list(from_base)
        if keys:
            merged = {entry_key(shelf, item, None): item for item in found}
            for key in keys:
                said, item = self._overlay.entry(shelf, key, self.position)
                if said and item is None:
                    merged.pop(key, None)
                elif said:
                    merged[key] = item
            found = list(merged.values())
        absent = self.absent
        return [item for item in found if item.principal not in absent]

    def role_assignments(self) -> list[RoleAssignment]:
        """Who is assigned to a role."""
        return self._merged(Shelf.ROLE, self.base.role_assignments(), self._overlay.keys(Shelf.ROLE))

    def eligible_assignments(self) -> list[RoleAssignment]:
        """Who may activate a role."""
        return self._merged(Shelf.ELIGIBLE, self.base.eligible_assignments(), self._overlay.keys(Shelf.ELIGIBLE))

    def schedule(self, shelf: Shelf, held: RoleAssignment) -> Schedule | None:
        """When an assignment, or an eligibility, holds; None for what nobody put a time to."""
        found: Schedule | None = self.entry(Shelf.SCHEDULE, (shelf.value, *held), held.principal)
        return found

    def roles_of(self, holder: Ref) -> list[RoleAssignment]:
        """Roles assigned to the holder itself."""
        return self._merged(Shelf.ROLE, self.base.roles_of(holder), self._overlay.keys_of(Shelf.ROLE, holder))

    def delegated_grants(self) -> list[DelegatedGrant]:
        """What applications may do in the name of people."""
        return self._merged(Shelf.CONSENT, self.base.delegated_grants(), self._overlay.keys(Shelf.CONSENT))

    def app_assignments_of(self, holder: Ref) -> list[AppAssignment]:
        """Applications the holder itself is assigned to."""
        keys = self._overlay.keys_of(Shelf.APP, holder)
        return self._merged(Shelf.APP, self.base.app_assignments_of(holder), keys)

    def assignment_places(self, resource: int) -> int:
        """Places of an application's list of assignments: those of the base, then those that changes speak of."""
        return self.base.app_assignment_count(resource) + len(self._overlay.keys_at(Shelf.APP, resource))

    def assignments_at(self, resource: int, start: int, stop: int) -> list[AppAssignment | None]:
        """What stands at places of the list. One of the base that changes speak of moves to the changes' part."""
        from_base = self.base.app_assignment_count(resource)
        changed = self._overlay.keys_at(Shelf.APP, resource)
        found: list[AppAssignment | None] = []
        if start < from_base:
            found.extend(self.base.app_assignments(resource, start, min(stop, from_base)))
        if changed:
            moved = {key for key in changed if self._overlay.entry(Shelf.APP, key, self.position)[0]}
            found = [None if item is None or item[:3] in moved else item for item in found]
            late = changed[max(0, start - from_base) : max(0, stop - from_base)]
            found.extend(self._overlay.entry(Shelf.APP, key, self.position)[1] for key in late)
        absent = self.absent
        return [None if item is None or item.principal in absent else item for item in found]

    def everything(self, kind: Kind) -> Iterator[Ref]:
        """Every object of a kind that is present."""
        absent = self.absent
        return (ref for ref in (Ref(kind, index) for index in range(self.size(kind))) if ref not in absent)


def entry_key(shelf: Shelf, item: Any, holder: Ref | None) -> Key:
    """The key by which an item is known in its collection."""
    match shelf:
        case Shelf.LICENCE:
            return (-1 if holder is None else holder.serial, item.sku_id)
        case Shelf.ROLE | Shelf.ELIGIBLE:
            return tuple(item)
        case Shelf.APP | Shelf.CONSENT:
            return tuple(item[:3])
        case Shelf.DYNAMIC_GROUP:
            return (item.guid,)
        case Shelf.SCHEDULE | Shelf.SETTLED:
            return ()  # the base has none
        case Shelf.SETTING | Shelf.MANAGERS | Shelf.MAILBOX | Shelf.MAILBOX_ACCESS:
            return ()
