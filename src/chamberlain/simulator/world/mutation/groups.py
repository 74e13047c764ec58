"""What may happen to groups, their members and their owners."""

import msgspec

from chamberlain.simulator.world.activity import GROUPS, PEOPLE, Activity
from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.fact import AttributeFact, CreatedFact, EdgeFact, Fact, PresenceFact, Relation
from chamberlain.simulator.world.group import Group, GroupKind, GroupLicence
from chamberlain.simulator.world.grown import new_guid
from chamberlain.simulator.world.mutation.lookup import MutationRefusedError, named
from chamberlain.simulator.world.mutation.people import NEVER
from chamberlain.simulator.world.reference import Kind, Ref

RESTORABLE = frozenset({GroupKind.SECURITY, GroupKind.MICROSOFT_365})
"""Kinds that go to the deleted items; the others are gone at once.

source  https://learn.microsoft.com/graph/api/resources/directory (read 2026)
"""
OWNERS = (Kind.USER, Kind.SERVICE_PRINCIPAL)


def _membership(base: Base, group: str, member: str, *, holds: bool) -> tuple[Fact, ...]:
    target = named(base, group, Kind.GROUP)
    holder = named(base, member, *Kind)
    if holder == target:
        raise MutationRefusedError("A group cannot be a member of itself.")
    if base.group(target.serial).kind is GroupKind.MICROSOFT_365 and holder.kind is not Kind.USER:
        raise MutationRefusedError("A Microsoft 365 group holds users only.")
    return (EdgeFact(Relation.MEMBER, holder, target, holds),)


def _member_activities(base: Base, group: str, member: str, name: str, operation: str) -> tuple[Activity, ...]:
    target, holder = named(base, group, Kind.GROUP), named(base, member, *Kind)
    found = (Activity(GROUPS, name, operation, (holder, target)),)
    if holder.kind is Kind.USER and target.serial in base.licence_groups():
        # group-based licensing acts by itself and leaves a line of its own
        return (*found, Activity(PEOPLE, "Change user license", "Update", (holder,)))
    return found


def _about(base: Base, group: str, name: str, operation: str) -> tuple[Activity, ...]:
    return (Activity(GROUPS, name, operation, (named(base, group, Kind.GROUP),)),)


class AddMember(msgspec.Struct, frozen=True, tag_field="kind", tag="add_member"):
    """An object becomes a direct member of a group."""

    group: str
    member: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The membership holds."""
        return _membership(base, self.group, self.member, holds=True)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _member_activities(base, self.group, self.member, "Add member to group", "Assign")


class RemoveMember(msgspec.Struct, frozen=True, tag_field="kind", tag="remove_member"):
    """An object stops being a direct member of a group."""

    group: str
    member: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The membership no longer holds."""
        return _membership(base, self.group, self.member, holds=False)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _member_activities(base, self.group, self.member, "Remove member from group", "Unassign")


class AddOwner(msgspec.Struct, frozen=True, tag_field="kind", tag="add_owner"):
    """A user or an application becomes an owner of a group."""

    group: str
    owner: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The group is owned. Graph knows no owners of groups made in Exchange or mastered on premises."""
        target = named(base, self.group, Kind.GROUP)
        group = base.group(target.serial)
        if group.kind not in RESTORABLE or group.synced:
            raise MutationRefusedError("Graph shows no owners of this group.")
        return (EdgeFact(Relation.OWNER, named(base, self.owner, *OWNERS), target, holds=True),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        targets = (named(base, self.owner, *OWNERS), named(base, self.group, Kind.GROUP))
        return (Activity(GROUPS, "Add owner to group", "Assign", targets),)


class RemoveOwner(msgspec.Struct, frozen=True, tag_field="kind", tag="remove_owner"):
    """Somebody stops being an owner of a group."""

    group: str
    owner: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The group is not owned by them."""
        target = named(base, self.group, Kind.GROUP)
        return (EdgeFact(Relation.OWNER, named(base, self.owner, *OWNERS), target, holds=False),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        targets = (named(base, self.owner, *OWNERS), named(base, self.group, Kind.GROUP))
        return (Activity(GROUPS, "Remove owner from group", "Unassign", targets),)


class CreateGroup(msgspec.Struct, frozen=True, tag_field="kind", tag="create_group"):
    """A new group without members."""

    display_name: str
    group_kind: GroupKind = GroupKind.SECURITY

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The group, at the next free place."""
        ref = Ref(Kind.GROUP, base.size(Kind.GROUP))
        nickname = f"new-group-{ref.serial}"
        unified = self.group_kind is GroupKind.MICROSOFT_365
        group = Group(
            ref.serial,
            new_guid(base, ref),
            self.group_kind,
            self.display_name,
            None,
            nickname,
            None if self.group_kind is GroupKind.SECURITY else f"{nickname}@{base.tenant.domain}",
            None,
            role_assignable=False,
            synced=False,
            visibility="Private" if unified else None,
            team=False,
            licences=(),
            created=NEVER,
        )
        return (CreatedFact(ref, group), PresenceFact(ref, present=True))

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return (Activity(GROUPS, "Add group", "Add", (Ref(Kind.GROUP, base.size(Kind.GROUP) - 1),)),)


class RenameGroup(msgspec.Struct, frozen=True, tag_field="kind", tag="rename_group"):
    """A group gets another display name."""

    group: str
    display_name: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The new name."""
        return (AttributeFact(named(base, self.group, Kind.GROUP), "display_name", self.display_name),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.group, "Update group", "Update")


class DeleteGroup(msgspec.Struct, frozen=True, tag_field="kind", tag="delete_group"):
    """A group goes to the deleted items or, made in Exchange, for good."""

    group: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The group is not there."""
        ref = named(base, self.group, Kind.GROUP)
        return (PresenceFact(ref, present=False, for_good=base.group(ref.serial).kind not in RESTORABLE),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.group, "Delete group", "Delete")


class RestoreGroup(msgspec.Struct, frozen=True, tag_field="kind", tag="restore_group"):
    """A deleted group comes back with everything it had."""

    group: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The group is there."""
        return (PresenceFact(named(base, self.group, Kind.GROUP), present=True),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.group, "Restore Group", "Add")


class SetGroupLicences(msgspec.Struct, frozen=True, tag_field="kind", tag="set_group_licences"):
    """A group hands out these licences to its direct members from now on, and no others."""

    group: str
    licences: tuple[GroupLicence, ...]

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """What it hands out."""
        return (AttributeFact(named(base, self.group, Kind.GROUP), "licences", self.licences),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.group, "Set group license", "Update")
