"""Members and owners of groups.

source  https://learn.microsoft.com/graph/api/group-post-members, .../group-update, .../group-delete-members,
        .../group-post-owners and .../group-delete-owners (read 2026); that distribution lists, mail-enabled and dynamic
        groups are refused: Microsoft's support article on "Authorization_RequestDenied" when members are added
"""

import msgspec

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import GraphError, bad_request, not_found, on_premises
from chamberlain.simulator.graph.writes.desk import Desk, denied, read, referenced
from chamberlain.simulator.graph.writes.seats import Seats, seated_again, short_of_seats, unseated
from chamberlain.simulator.message import Response
from chamberlain.simulator.world.fact import Relation
from chamberlain.simulator.world.group import Group, GroupKind
from chamberlain.simulator.world.mutation.groups import (
    OWNERS,
    RESTORABLE,
    AddMember,
    AddOwner,
    RemoveMember,
    RemoveOwner,
    RenameGroup,
)
from chamberlain.simulator.world.mutation.people import SettleLicence
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.tenant import World

MOST_AT_ONCE = 20
KEEPERS = ("Group.ReadWrite.All", "Directory.ReadWrite.All")
ROLE_MANAGER = "RoleManagement.ReadWrite.Directory"
_MORE_FOR_MEMBERS = {
    Kind.SERVICE_PRINCIPAL: ("Application.ReadWrite.All", "Directory.ReadWrite.All"),
    Kind.DEVICE: ("Device.ReadWrite.All", "Directory.ReadWrite.All"),
}


class _Reference(msgspec.Struct):
    id: str = msgspec.field(name="@odata.id")


class _Patch(msgspec.Struct, forbid_unknown_fields=True):
    members: list[str] = msgspec.field(name="members@odata.bind", default_factory=list)
    display_name: str | None = msgspec.field(name="displayName", default=None)
    odata_type: str | None = msgspec.field(name="@odata.type", default=None)


def _already(property_name: str) -> GraphError:
    return bad_request(
        f"One or more added object references already exist for the following modified properties: '{property_name}'."
    )


def _writable(call: Call, group: Group) -> None:
    """Refuse groups that are kept elsewhere, and those that only a keeper of roles may write to."""
    if group.synced:
        raise on_premises()
    if group.kind not in RESTORABLE:
        raise bad_request("Cannot Update a mail-enabled security groups and or distribution list.")
    if group.role_assignable and not call.caller.may((ROLE_MANAGER,)):
        raise denied()


class GroupDesk(Desk):
    """The handlers."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._seats = Seats()

    def _join(self, call: Call, group: Ref, additions: list[AddMember]) -> None:
        """Let members in. A group that hands out licences does so at once, as long as there are seats."""
        view = self.newest
        people = [ref for one in additions if (ref := view.find(one.member)) is not None]
        settled: list[SettleLicence] = []
        for licence in view.licence_groups().get(group.serial, ()):
            short = short_of_seats(self._seats, view, licence.sku_id, people)
            settled += unseated(view, group, licence.sku_id, short)
            settled += seated_again(view, group, licence.sku_id, [ref for ref in people if ref not in short])
        self.change(call, *additions, *settled)

    def _group(self, call: Call) -> Ref:
        """The group of the path, if its relations can be written."""
        ref = call.object(call.keys[0], Kind.GROUP)
        _writable(call, self.newest.group(ref.serial))
        return ref

    def _for_members(self, call: Call) -> Ref:
        """The same for members, who come by themselves into a dynamic group."""
        ref = self._group(call)
        if self.newest.group(ref.serial).rule is not None:
            raise denied()
        return ref

    def _new_member(self, call: Call, group: Ref, address: str) -> AddMember:
        member = referenced(call, address)
        unified = self.newest.group(group.serial).kind is GroupKind.MICROSOFT_365
        if unified and member.kind is not Kind.USER:
            raise bad_request(f"Unsupported resource type '{member.kind.name.title()}' for operation 'Add'.")
        more = _MORE_FOR_MEMBERS.get(member.kind)
        if more is not None and not call.caller.may(more):
            raise denied()
        if self.newest.linked(Relation.MEMBER, member, group):
            raise _already("members")
        return AddMember(self.guid(group), self.guid(member))

    def add_member(self, call: Call) -> Response:
        """POST /groups/{id}/members/$ref"""
        group = self._for_members(call)
        self._join(call, group, [self._new_member(call, group, read(call.request.body, _Reference).id)])
        return Response(204)

    def update(self, call: Call) -> Response:
        """PATCH /groups/{id}: up to twenty new members, all or none, or another name"""
        wanted = read(call.request.body, _Patch)
        if len(wanted.members) > MOST_AT_ONCE:
            raise bad_request(f"The limit of {MOST_AT_ONCE} references in 'members@odata.bind' is exceeded.")
        if wanted.display_name is not None and not call.caller.may(KEEPERS):
            raise denied()
        group = self._for_members(call) if wanted.members else self._group(call)
        additions = [self._new_member(call, group, address) for address in wanted.members]
        if len(set(additions)) < len(additions):
            raise _already("members")
        self._join(call, group, additions)
        if wanted.display_name is not None and wanted.display_name != self.newest.group(group.serial).display_name:
            self.change(call, RenameGroup(self.guid(group), wanted.display_name))
        return Response(204)

    def remove_member(self, call: Call) -> Response:
        """DELETE /groups/{id}/members/{id}/$ref"""
        group, member = self._for_members(call), call.object(call.keys[1], *Kind)
        more = _MORE_FOR_MEMBERS.get(member.kind)
        if more is not None and not call.caller.may(more):
            raise denied()
        if not self.newest.linked(Relation.MEMBER, member, group):
            raise not_found(call.keys[1])
        self.change(call, RemoveMember(self.guid(group), self.guid(member)))
        return Response(204)

    def add_owner(self, call: Call) -> Response:
        """POST /groups/{id}/owners/$ref"""
        group = self._group(call)
        owner = referenced(call, read(call.request.body, _Reference).id)
        if owner.kind not in OWNERS:
            raise bad_request(f"Unsupported resource type '{owner.kind.name.title()}' for operation 'Add'.")
        if self.newest.linked(Relation.OWNER, owner, group):
            raise _already("owners")
        self.change(call, AddOwner(self.guid(group), self.guid(owner)))
        return Response(204)

    def remove_owner(self, call: Call) -> Response:
        """DELETE /groups/{id}/owners/{id}/$ref: once there are owners, the last person among them stays"""
        group, owner = self._group(call), call.object(call.keys[1], *OWNERS)
        owners = self.newest.owners(group.serial)
        if owner not in owners:
            raise not_found(call.keys[1])
        if owner.kind is Kind.USER and not any(other.kind is Kind.USER for other in owners if other != owner):
            raise bad_request("The group must have at least one owner, hence this owner cannot be removed.")
        self.change(call, RemoveOwner(self.guid(group), self.guid(owner)))
        return Response(204)
