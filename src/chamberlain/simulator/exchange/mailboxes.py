"""Cmdlets of mailboxes: what kind they are, where mail goes on to, what is held, how much lies in them, who opens them.

source  https://learn.microsoft.com/powershell/module/exchange/ (read 2026): get-mailbox, set-mailbox,
        get-mailboxstatistics, get-mailboxpermission, add-mailboxpermission, remove-mailboxpermission
"""

from typing import Any

from chamberlain.simulator.exchange.call import Call, Cmdlet
from chamberlain.simulator.exchange.population import born_size
from chamberlain.simulator.exchange.recipients import born_as, has_mailbox
from chamberlain.simulator.exchange.refusal import bad_request
from chamberlain.simulator.world.fact import Shelf
from chamberlain.simulator.world.mutation.exchange import FULL_ACCESS, GrantMailbox, RevokeMailbox, SetMailbox
from chamberlain.simulator.world.reference import Kind, Ref

_TYPES = {"regular": "UserMailbox", "shared": "SharedMailbox"}
_SELF = "NT AUTHORITY\\SELF"
_QUIET = ("Confirm", "ErrorAction")


def _mailbox(call: Call, serial: int) -> dict[str, Any]:
    recipients = call.mail.recipients
    person = recipients.view.person(serial)

    def said(name: str, *, otherwise: Any) -> Any:
        return recipients.setting(serial, name, otherwise=otherwise)

    forwarding = said("forwarding_address", otherwise=None)
    found = None if forwarding is None else recipients.view.find(forwarding)
    return recipients.of_person(serial) | {
        "UserPrincipalName": person.user_principal_name,
        "RecipientTypeDetails": said("mailbox_type", otherwise=born_as(person)),
        "IsDirSynced": person.synced,
        "AccountDisabled": not person.enabled,
        "ForwardingAddress": None if found is None else recipients.shown(found)["Name"],
        "ForwardingSmtpAddress": said("forwarding_smtp_address", otherwise=None),
        "DeliverToMailboxAndForward": said("deliver_and_forward", otherwise=False),
        "HiddenFromAddressListsEnabled": said("hidden", otherwise=False),
        "LitigationHoldEnabled": said("litigation_hold", otherwise=False),
        "InPlaceHolds": said("in_place_holds", otherwise=[]),
        "ArchiveStatus": "Active" if said("archive", otherwise=False) else "None",
        "GrantSendOnBehalfTo": [],
    }


def _list_mailboxes(call: Call) -> list[dict[str, Any]]:
    if (identity := call.optional("Identity")) is not None:
        return [_mailbox(call, call.mail.recipients.mailbox(identity))]
    view = call.mail.view
    serials = (ref.serial for ref in view.everything(Kind.USER))
    return [_mailbox(call, serial) for serial in serials if has_mailbox(view.person(serial))]


def _statistics(call: Call) -> list[dict[str, Any]]:
    recipients = call.mail.recipients
    serial = recipients.mailbox(call.text("Identity"))
    person = recipients.view.person(serial)
    size = int(recipients.setting(serial, "size_bytes", otherwise=born_size(person)))
    return [
        {
            "DisplayName": person.display_name or "",
            "ItemCount": size // 75_000,
            "TotalItemSize": f"{size / 1024**3:.3g} GB ({size:,} bytes)",
            "TotalDeletedItemSize": f"{size // 50 / 1024**2:.3g} MB ({size // 50:,} bytes)",
        }
    ]


def _forwarding(call: Call, settings: dict[str, Any]) -> None:
    if call.says("ForwardingAddress"):
        identity = call.optional("ForwardingAddress")
        recipients = call.mail.recipients
        settings["forwarding_address"] = (
            None if identity is None else recipients.view.base.guid(recipients.recipient(identity))
        )
    if call.says("ForwardingSmtpAddress"):
        address = call.optional("ForwardingSmtpAddress")
        if address is not None and "@" not in address:
            raise bad_request(f'The property value you specified, "{address}", isn\'t valid.')
        settings["forwarding_smtp_address"] = None if address is None else f"smtp:{address.removeprefix('smtp:')}"


def _set_mailbox(call: Call) -> list[dict[str, Any]]:
    serial = call.mail.recipients.mailbox(call.text("Identity"))
    settings: dict[str, Any] = {}
    _forwarding(call, settings)
    if call.says("Type"):
        wanted = _TYPES.get((call.optional("Type") or "").lower())
        if wanted is None:
            raise bad_request("Cannot convert value to type ConvertibleMailboxSubType.")
        settings["mailbox_type"] = wanted
    for parameter, name in (("DeliverToMailboxAndForward", "deliver_and_forward"),
                            ("HiddenFromAddressListsEnabled", "hidden"),
                            ("LitigationHoldEnabled", "litigation_hold")):  # fmt: skip
        if call.says(parameter):
            settings[name] = call.switch(parameter)
    if not settings:
        raise bad_request("No property was named.")
    before = {name: call.mail.recipients.setting(serial, name, otherwise=None) for name in settings}
    if before != settings:
        guid = call.mail.view.base.guid(Ref(Kind.USER, serial))
        call.mail.change(SetMailbox(guid, **settings), by=call.app)
    return []


def _access(call: Call, serial: int) -> list[tuple[Ref, str]]:
    return list(call.mail.view.entries_of(Shelf.MAILBOX_ACCESS, Ref(Kind.USER, serial)).values())


def _list_access(call: Call) -> list[dict[str, Any]]:
    recipients = call.mail.recipients
    serial = recipients.mailbox(call.text("Identity"))
    name = recipients.of_person(serial)["Name"]
    shown = [
        (_SELF, "FullAccess, ReadPermission"),
        *((_trustee(call, ref), right) for ref, right in _access(call, serial)),
    ]
    return [
        {"Identity": name, "User": user, "AccessRights": rights.split(", "), "IsInherited": False, "Deny": False}
        for user, rights in shown
    ]


def _trustee(call: Call, ref: Ref) -> str:
    shown = call.mail.recipients.shown(ref)
    return str(shown.get("WindowsLiveID") or shown["Name"])


def _pair(call: Call) -> tuple[int, Ref, str, str]:
    recipients = call.mail.recipients
    serial, trustee = recipients.mailbox(call.text("Identity")), recipients.recipient(call.text("User"))
    said = call.parameters.get("accessrights")
    if FULL_ACCESS not in (said if isinstance(said, list) else [said]):
        raise bad_request("Only FullAccess is simulated.")
    base = recipients.view.base
    return serial, trustee, base.guid(Ref(Kind.USER, serial)), base.guid(trustee)


def _grant(call: Call) -> list[dict[str, Any]]:
    serial, trustee, mailbox_id, trustee_id = _pair(call)
    if trustee in {ref for ref, _ in _access(call, serial)}:
        call.warnings.append(f"The appropriate access control entry is already present on the object '{mailbox_id}'.")
        return []
    call.mail.change(GrantMailbox(mailbox_id, trustee_id), by=call.app)
    return []


def _revoke(call: Call) -> list[dict[str, Any]]:
    serial, trustee, mailbox_id, trustee_id = _pair(call)
    if trustee not in {ref for ref, _ in _access(call, serial)}:
        call.warnings.append(f"Can't remove the access control entry on the object '{mailbox_id}': it isn't present.")
        return []
    call.mail.change(RevokeMailbox(mailbox_id, trustee_id), by=call.app)
    return []


_SETTINGS = ("Type", "ForwardingAddress", "ForwardingSmtpAddress", "DeliverToMailboxAndForward",
             "HiddenFromAddressListsEnabled", "LitigationHoldEnabled")  # fmt: skip
_RIGHTS = ("Identity", "User", "AccessRights", "InheritanceType")
MAILBOX_CMDLETS = (
    Cmdlet("Get-Mailbox", _list_mailboxes, ("Identity", "ResultSize", "ErrorAction")),
    Cmdlet("Get-EXOMailbox", _list_mailboxes, ("Identity", "ResultSize", "ErrorAction")),
    Cmdlet("Get-MailboxStatistics", _statistics, ("Identity", "ErrorAction")),
    Cmdlet("Get-MailboxPermission", _list_access, ("Identity", "ResultSize", "ErrorAction")),
    Cmdlet("Set-Mailbox", _set_mailbox, ("Identity", *_SETTINGS, *_QUIET), writes=True),
    Cmdlet("Add-MailboxPermission", _grant, (*_RIGHTS, "AutoMapping", *_QUIET), writes=True),
    Cmdlet("Remove-MailboxPermission", _revoke, (*_RIGHTS, *_QUIET), writes=True),
)
