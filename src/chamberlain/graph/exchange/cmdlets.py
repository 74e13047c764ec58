"""Exchange by way of cmdlets, whoever runs them.

Listings always ask for everything: without ResultSize one ends after 1,000 with a warning and no error.
source  https://learn.microsoft.com/powershell/module/exchange/ (2026)
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from chamberlain.errors import Conflict, NotFound, Upstream
from chamberlain.graph.exchange import shape
from chamberlain.graph.exchange.port import Parameters, Runner
from chamberlain.graph.fan_out import for_each
from chamberlain.model.exchange import (
    Access,
    DynamicGroup,
    Mailbox,
    MailboxChange,
    MailboxType,
    MailGroup,
    Outcome,
    Recipient,
)
from chamberlain.model.kind import Kind
from chamberlain.model.mailbox import is_object_id

EVERYTHING = {"ResultSize": "Unlimited"}
# An application manages no group, so the manager's own permission is not to be asked for.
AS_ADMINISTRATOR = {"BypassSecurityGroupManagerCheck": True}
SECURITY = "MailUniversalSecurityGroup"
NOBODY = "Organization Management"  # the role group that stands for no owner
ONE_BY_ONE = 200  # names that are looked up by themselves; more of them, and all recipients are listed
AT_ONCE = 4


class CmdletExchange:
    """Groups and mailboxes of a tenant."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def groups(self) -> tuple[MailGroup, ...]:
        """All distribution groups and mail-enabled security groups."""
        found = await self._runner.run("Get-DistributionGroup", EVERYTHING, shape=shape.GroupOut)
        known = await self._ids(name for one in found for name in one.managed_by or ())
        return tuple(_group(one, known) for one in found if one.external_directory_object_id)

    async def dynamic_groups(self) -> tuple[DynamicGroup, ...]:
        """All dynamic distribution groups.

        raises  Upstream("microsoft_unreadable"): one of them has no id, and what is left would pass for all of them
        """
        found = await self._runner.run("Get-DynamicDistributionGroup", EVERYTHING, shape=shape.DynamicGroupOut)
        if not all(is_object_id(one.guid) for one in found):
            raise Upstream("microsoft_unreadable", path="Get-DynamicDistributionGroup", status=200, request_id="")
        known = await self._ids(name for one in found for name in _names(one.managed_by))
        return tuple(
            DynamicGroup(
                one.guid.lower(),
                one.display_name or one.name,
                one.primary_smtp_address or "",
                one.recipient_filter or "",
                *_owners(_names(one.managed_by), known),
            )
            for one in found
        )

    async def members(self, group: str) -> tuple[Recipient, ...]:
        """Who is directly in a group."""
        return await self._recipients("Get-DistributionGroupMember", {"Identity": group, **EVERYTHING})

    async def dynamic_members(self, group: str) -> tuple[Recipient, ...]:
        """Whom a dynamic distribution group finds, as Exchange counted once within the last day.

        source  https://learn.microsoft.com/exchange/recipients-in-exchange-online/manage-dynamic-distribution-groups/
                modern-dynamic-distribution-groups (2026)
        """
        return await self._recipients("Get-DynamicDistributionGroupMember", {"Identity": group, **EVERYTHING})

    async def owners(self, group: str) -> tuple[str, ...]:
        """Who owns a group, as far as Entra knows them."""
        found = await self._runner.run("Get-DistributionGroup", {"Identity": group}, shape=shape.GroupOut)
        names = [name for one in found for name in one.managed_by or ()]
        return _owners(names, await self._ids(names))[0]

    async def add_member(self, group: str, *, member: str) -> Outcome:
        """Puts somebody into a group."""
        return await self._change("Add-DistributionGroupMember", {"Identity": group, "Member": member})

    async def remove_member(self, group: str, *, member: str) -> Outcome:
        """Takes somebody out of a group."""
        wish = {"Identity": group, "Member": member, "Confirm": False}
        return await self._change("Remove-DistributionGroupMember", wish)

    async def set_owners(self, group: str, *, owners: Sequence[str]) -> None:
        """Makes these, and nobody else, owners of a group."""
        await self._change("Set-DistributionGroup", {"Identity": group, "ManagedBy": list(owners)})

    async def add_owner(self, group: str, *, owner: str) -> None:
        """Makes somebody an owner of a group; the others stay."""
        await self._change("Set-DistributionGroup", {"Identity": group, "ManagedBy": {"add": [owner]}})

    async def remove_owner(self, group: str, *, owner: str) -> None:
        """Makes somebody an owner no longer."""
        await self._change("Set-DistributionGroup", {"Identity": group, "ManagedBy": {"remove": [owner]}})

    async def mailbox(self, user: str) -> Mailbox:
        """How somebody's mailbox is set."""
        one = await self._mailbox(user)
        name = one.forwarding_address or ""
        known = await self._ids([name] if name else [])
        return _mailbox(one, known.get(name, name))

    async def mailbox_with_size(self, user: str) -> Mailbox:
        """The same, and what lies in it."""
        sizes = await self._runner.run("Get-MailboxStatistics", {"Identity": user}, shape=shape.StatisticsOut)
        told = sizes[0].total_item_size if sizes else None
        return replace(await self.mailbox(user), bytes=shape.bytes_in(told))

    async def set_mailbox(self, user: str, *, change: MailboxChange) -> None:
        """Sets what the change names."""
        wish = _settings(change)
        if wish:
            await self._runner.run("Set-Mailbox", {"Identity": user, **wish}, shape=shape.Nothing)

    async def has_access(self, user: str, access: Access, *, who: str) -> bool:
        """Whether somebody may do this with a mailbox: Exchange looks for them, because it tells others by any name."""
        match access:
            case Access.FULL:
                wish = {"Identity": user, "User": who}
                opening = await self._runner.run("Get-MailboxPermission", wish, shape=shape.AccessOut)
                return any(_opens(one) for one in opening)
            case Access.SEND_AS:
                wish = {"Identity": user, "Trustee": who}
                sending = await self._runner.run("Get-RecipientPermission", wish, shape=shape.SendingOut)
                return any(_sends(one) for one in sending)
            case Access.ON_BEHALF:
                names = (await self._mailbox(user)).grant_send_on_behalf_to or []
                return who in (await self._ids(names)).values()

    async def give_access(self, user: str, access: Access, *, to: str) -> None:
        """Lets somebody open a mailbox, or send for it."""
        cmdlet, wish = _giving(user, access, to)
        await self._runner.run(cmdlet, wish, shape=shape.Nothing)

    async def take_access(self, user: str, access: Access, *, of: str) -> None:
        """Lets somebody do so no longer."""
        cmdlet, wish = _taking(user, access, of)
        await self._runner.run(cmdlet, wish, shape=shape.Nothing)

    async def _mailbox(self, user: str) -> shape.MailboxOut:
        found = await self._runner.run("Get-Mailbox", {"Identity": user}, shape=shape.MailboxOut)
        if not found:
            raise NotFound("exchange_not_found", path="Get-Mailbox", status=200, request_id="")
        return found[0]

    async def _change(self, cmdlet: str, wish: Parameters) -> Outcome:
        try:
            await self._runner.run(cmdlet, {**wish, **AS_ADMINISTRATOR}, shape=shape.Nothing)
        except Conflict as conflict:
            if conflict.code != "exchange_already_so":
                raise
            return Outcome.ALREADY
        return Outcome.DONE

    async def _recipients(self, cmdlet: str, wish: Parameters) -> tuple[Recipient, ...]:
        found = await self._runner.run(cmdlet, wish, shape=shape.RecipientOut)
        return tuple(_recipient(one) for one in found)

    async def _ids(self, names: Iterable[str]) -> dict[str, str]:
        """Object ids by Name, which is the id itself of people made since 2021, and any word of others.

        source  https://techcommunity.microsoft.com/blog/exchange/change-in-naming-convention-of-users-name-parameter/2284969
                (2021)
        """
        wanted = sorted({name for name in names if name != NOBODY})
        known = {name: name.lower() for name in wanted if is_object_id(name)}
        others = [name for name in wanted if name not in known]
        if len(others) > ONE_BY_ONE:
            found = await self._runner.run("Get-Recipient", EVERYTHING, shape=shape.RecipientOut)
            ids = {one.name: (one.external_directory_object_id or "").lower() for one in found}
            return known | {name: ids[name] for name in others if ids.get(name)}

        async def look_up(name: str) -> None:
            try:
                found = await self._runner.run("Get-Recipient", {"Identity": name}, shape=shape.RecipientOut)
            except NotFound:
                return
            if len(found) == 1 and found[0].external_directory_object_id:
                known[name] = found[0].external_directory_object_id.lower()

        await for_each(others, look_up, width=AT_ONCE)
        return known


def _names(managed_by: list[str] | str | None) -> list[str]:
    """Who manages a dynamic distribution group: one at most, and not always in a list."""
    return [managed_by] if isinstance(managed_by, str) and managed_by else list(managed_by or ())


def _owners(names: Iterable[str], known: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    told = [name for name in names if name != NOBODY]
    return tuple(known[name] for name in told if name in known), tuple(name for name in told if name not in known)


def _recipient(one: shape.RecipientOut) -> Recipient:
    return Recipient(
        _guid(one.external_directory_object_id),
        one.display_name or one.name,
        one.primary_smtp_address or "",
        one.recipient_type_details,
        _guid(one.guid),
    )


def _group(one: shape.GroupOut, known: dict[str, str]) -> MailGroup:
    owners, unknown = _owners(one.managed_by or (), known)
    return MailGroup(
        (one.external_directory_object_id or "").lower(),
        one.display_name or one.name,
        one.primary_smtp_address or "",
        Kind.MAIL_SECURITY_GROUP if one.recipient_type_details == SECURITY else Kind.DISTRIBUTION_GROUP,
        owners,
        unknown,
        one.is_dir_synced,
    )


def _mailbox(one: shape.MailboxOut, forwards_to: str) -> Mailbox:
    types = {known.value: known for known in MailboxType}
    return Mailbox(
        guid=(one.external_directory_object_id or "").lower(),
        address=one.primary_smtp_address or "",
        type=types.get(one.recipient_type_details, MailboxType.OTHER),
        forwards_to=forwards_to,
        forwards_outside=(one.forwarding_smtp_address or "").removeprefix("smtp:"),
        keeps_copy=one.deliver_to_mailbox_and_forward,
        hidden=one.hidden_from_address_lists_enabled,
        held=_is_held(one),
        archive=(one.archive_status or "None") != "None",
        bytes=None,
    )


def _is_held(one: shape.MailboxOut) -> bool:
    """Whether something of the mailbox itself holds it; one that begins with "-" is left out of a hold.

    source  https://learn.microsoft.com/purview/ediscovery-identify-a-hold-on-an-exchange-online-mailbox (2026): those
            of the whole organisation are told elsewhere
    """
    by_policy = any(not hold.startswith("-") for hold in one.in_place_holds or ())
    return one.litigation_hold_enabled or by_policy or one.compliance_tag_hold_applied or one.delay_hold_applied


def _settings(change: MailboxChange) -> dict[str, object]:
    """A change in Exchange's words."""
    wish: dict[str, object] = {}
    if change.shared is not None:
        wish["Type"] = "Shared" if change.shared else "Regular"
    if change.forward_to is not None:
        wish["ForwardingAddress"] = change.forward_to or None
    if change.forward_outside is not None:
        wish["ForwardingSmtpAddress"] = change.forward_outside or None
    if change.keeps_copy is not None:
        wish["DeliverToMailboxAndForward"] = change.keeps_copy
    if change.hidden is not None:
        wish["HiddenFromAddressListsEnabled"] = change.hidden
    return wish


def _giving(user: str, access: Access, who: str) -> tuple[str, dict[str, Any]]:
    match access:
        case Access.FULL:
            return "Add-MailboxPermission", {**_opening(user, who), "AutoMapping": True}
        case Access.SEND_AS:
            return "Add-RecipientPermission", _sending(user, who)
        case Access.ON_BEHALF:
            return "Set-Mailbox", {"Identity": user, "GrantSendOnBehalfTo": {"add": [who]}}


def _taking(user: str, access: Access, who: str) -> tuple[str, dict[str, Any]]:
    match access:
        case Access.FULL:
            return "Remove-MailboxPermission", {**_opening(user, who), "Confirm": False}
        case Access.SEND_AS:
            return "Remove-RecipientPermission", _sending(user, who)
        case Access.ON_BEHALF:
            return "Set-Mailbox", {"Identity": user, "GrantSendOnBehalfTo": {"remove": [who]}}


def _opening(user: str, who: str) -> dict[str, Any]:
    return {"Identity": user, "User": who, "AccessRights": ["FullAccess"], "InheritanceType": "All"}


def _sending(user: str, who: str) -> dict[str, Any]:
    return {"Identity": user, "Trustee": who, "AccessRights": ["SendAs"], "Confirm": False}


def _rights(told: list[str] | str) -> list[str]:
    return told.split(", ") if isinstance(told, str) else told


def _sends(one: shape.SendingOut) -> bool:
    is_allowed = one.access_control_type != "Deny" and not one.is_inherited
    return "SendAs" in _rights(one.access_rights) and is_allowed and "\\" not in one.trustee


def _opens(one: shape.AccessOut) -> bool:
    rights = _rights(one.access_rights)
    # "NT AUTHORITY\SELF" is the mailbox itself; what is inherited belongs to Microsoft's own services
    return "FullAccess" in rights and not one.is_inherited and not one.deny and "\\" not in one.user


def _guid(text: str | None) -> str:
    """An id in small letters; "" for what is none."""
    return text.lower() if text and is_object_id(text) else ""
