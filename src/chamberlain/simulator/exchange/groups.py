"""Cmdlets of distribution groups, mail-enabled security groups and dynamic distribution groups.

source  https://learn.microsoft.com/powershell/module/exchange/ (read 2026): get-distributiongroup,
        get-distributiongroupmember, add-distributiongroupmember, remove-distributiongroupmember,
        set-distributiongroup, get-dynamicdistributiongroup, get-dynamicdistributiongroupmember
"""

from typing import Any

from chamberlain.simulator.exchange.call import Call, Cmdlet
from chamberlain.simulator.exchange.population import ORGANISATION_MANAGEMENT
from chamberlain.simulator.exchange.recipients import is_exchanges
from chamberlain.simulator.exchange.refusal import (
    bad_request,
    from_premises,
    member_exists,
    member_missing,
    needs_manager,
    object_missing,
)
from chamberlain.simulator.world.dynamic_group import DynamicGroup
from chamberlain.simulator.world.mutation.exchange import SetManagers
from chamberlain.simulator.world.mutation.groups import AddMember, RemoveMember
from chamberlain.simulator.world.reference import Kind, Ref

BYPASS = "BypassSecurityGroupManagerCheck"
_QUIET = ("Confirm", "ErrorAction")


def _manager_names(call: Call, managers: tuple[Ref, ...]) -> list[str]:
    shown = [call.mail.recipients.shown(ref)["Name"] for ref in managers]
    return shown or [ORGANISATION_MANAGEMENT]


def _group(call: Call, serial: int) -> dict[str, Any]:
    group = call.mail.view.group(serial)
    managers = call.mail.managers(serial)
    shown = call.mail.recipients.of_group(group) | {
        "ManagedBy": _manager_names(call, managers),
        "IsDirSynced": group.synced,
        "HiddenFromAddressListsEnabled": False,
        "MemberJoinRestriction": "Closed",
        "MemberDepartRestriction": "Open",
    }
    if call.switch("IncludeManagedByWithDisplayNames"):
        shown["ManagedByWithDisplayNames"] = [
            f"{one['Name']};{one['DisplayName']}" for one in map(call.mail.recipients.shown, managers)
        ]
    return shown


def _list_groups(call: Call) -> list[dict[str, Any]]:
    if (identity := call.optional("Identity")) is not None:
        return [_group(call, call.mail.recipients.group(identity))]
    view = call.mail.view
    serials = (ref.serial for ref in view.everything(Kind.GROUP))
    return [_group(call, serial) for serial in serials if is_exchanges(view.group(serial))]


def _list_members(call: Call) -> list[dict[str, Any]]:
    serial = call.mail.recipients.group(call.text("Identity"))
    return [call.mail.recipients.shown(ref) for ref in call.mail.members(serial)]


def _dynamic(call: Call, group: DynamicGroup) -> dict[str, Any]:
    managers = call.mail.dynamic_managers(group)
    return {
        "Name": group.name,
        "Alias": group.address.partition("@")[0],
        "DisplayName": group.name,
        "PrimarySmtpAddress": group.address,
        "ExternalDirectoryObjectId": "",
        "Guid": group.guid,
        "RecipientType": "DynamicDistributionGroup",
        "RecipientTypeDetails": "DynamicDistributionGroup",
        "RecipientFilter": group.filter,
        "ManagedBy": _manager_names(call, managers) if managers else [],
    }


def _list_dynamic(call: Call) -> list[dict[str, Any]]:
    if (identity := call.optional("Identity")) is not None:
        return [_dynamic(call, call.mail.recipients.dynamic_group(identity))]
    return [_dynamic(call, one) for one in call.mail.recipients.dynamic]


def _list_dynamic_members(call: Call) -> list[dict[str, Any]]:
    group = call.mail.recipients.dynamic_group(call.text("Identity"))
    return [call.mail.recipients.shown(ref) for ref in call.mail.dynamic_members(group)]


def _to_change(call: Call) -> int:
    """The group that is to be changed.

    raises  ExchangeError where that is not for us to do
    """
    serial = call.mail.recipients.group(call.text("Identity"))
    group = call.mail.view.group(serial)
    if group.synced:
        raise from_premises(call.cmdlet, group.display_name)
    if not call.switch(BYPASS):
        raise needs_manager()
    return serial


def _member_pair(call: Call) -> tuple[int, Ref, str, str]:
    serial = _to_change(call)
    member = call.mail.recipients.recipient(call.text("Member"))
    base = call.mail.view.base
    return serial, member, base.guid(Ref(Kind.GROUP, serial)), base.guid(member)


def _add_member(call: Call) -> list[dict[str, Any]]:
    serial, member, group_id, member_id = _member_pair(call)
    if call.mail.is_member(serial, member):
        raise member_exists(call.text("Member"), call.mail.view.group(serial).display_name)
    if member == Ref(Kind.GROUP, serial):
        raise bad_request("A group can't be a member of itself.")
    if member.kind is Kind.GROUP and call.mail.view.group(member.serial).mail is None:
        raise object_missing(call.text("Member"))
    call.mail.change_member(AddMember(group_id, member_id), by=call.app)
    return []


def _remove_member(call: Call) -> list[dict[str, Any]]:
    serial, member, group_id, member_id = _member_pair(call)
    if not call.mail.is_member(serial, member):
        raise member_missing(call.text("Member"), call.mail.view.group(serial).display_name)
    call.mail.change_member(RemoveMember(group_id, member_id), by=call.app)
    return []


def _set_group(call: Call) -> list[dict[str, Any]]:
    serial = _to_change(call)
    if not call.says("ManagedBy"):
        raise bad_request("No property was named.")
    view = call.mail.view
    now = _managers_wanted(call, call.parameters["managedby"], call.mail.named_managers(serial))
    guids = [view.base.guid(ref) for ref in now]
    call.mail.change(SetManagers(view.base.guid(Ref(Kind.GROUP, serial)), guids), by=call.app)
    return []


def _managers_wanted(call: Call, said: Any, before: tuple[Ref, ...]) -> tuple[Ref, ...]:
    """Who manages from now on: a list replaces, a table with `add` and `remove` changes."""
    if isinstance(said, dict):
        added, removed = _found(call, said.get("add")), _found(call, said.get("remove"))
        return tuple(dict.fromkeys(ref for ref in (*before, *added) if ref not in removed))
    return tuple(dict.fromkeys(_found(call, said)))


def _found(call: Call, said: Any) -> list[Ref]:
    wanted = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return [call.mail.recipients.recipient(str(one)) for one in wanted if one]


def _list_recipients(call: Call) -> list[dict[str, Any]]:
    if (identity := call.optional("Identity")) is not None:
        return [call.mail.recipients.shown(call.mail.recipients.recipient(identity))]
    view = call.mail.view
    people = (ref for ref in view.everything(Kind.USER) if view.person(ref.serial).mail is not None)
    return [call.mail.recipients.of_person(ref.serial) for ref in people]


GROUP_CMDLETS = (
    Cmdlet(
        "Get-DistributionGroup", _list_groups,
        ("Identity", "ResultSize", "IncludeManagedByWithDisplayNames", "ErrorAction"),
    ),
    Cmdlet("Get-DistributionGroupMember", _list_members, ("Identity", "ResultSize", "ErrorAction")),
    Cmdlet(
        "Get-DynamicDistributionGroup", _list_dynamic,
        ("Identity", "ResultSize", "IncludeManagedByWithDisplayNames", "ErrorAction"),
    ),
    Cmdlet("Get-DynamicDistributionGroupMember", _list_dynamic_members, ("Identity", "ResultSize", "ErrorAction")),
    Cmdlet("Get-Recipient", _list_recipients, ("Identity", "ResultSize", "ErrorAction")),
    Cmdlet("Add-DistributionGroupMember", _add_member, ("Identity", "Member", BYPASS, *_QUIET), writes=True),
    Cmdlet("Remove-DistributionGroupMember", _remove_member, ("Identity", "Member", BYPASS, *_QUIET), writes=True),
    Cmdlet("Set-DistributionGroup", _set_group, ("Identity", "ManagedBy", BYPASS, *_QUIET), writes=True),
)  # fmt: skip
