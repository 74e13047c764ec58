"""Cmdlets of who may do what with somebody else's mailbox. What is so already, or is not, is a warning and no error.

source  https://learn.microsoft.com/powershell/module/exchange/ (read 2026): get-mailboxpermission,
        add-mailboxpermission, remove-mailboxpermission, get-recipientpermission, add-recipientpermission,
        remove-recipientpermission
"""

from typing import Any, Literal

from chamberlain.simulator.exchange.call import Call, Cmdlet
from chamberlain.simulator.exchange.refusal import bad_request
from chamberlain.simulator.world.fact import Shelf
from chamberlain.simulator.world.mutation.exchange import FULL_ACCESS, SEND_AS, GrantMailbox, RevokeMailbox
from chamberlain.simulator.world.reference import Kind, Ref

Right = Literal["FullAccess", "SendAs"]
_SELF = "NT AUTHORITY\\SELF"
_QUIET = ("Confirm", "ErrorAction")


def holders(call: Call, serial: int, right: str) -> list[Ref]:
    """Who has a right to a mailbox."""
    entries = call.mail.view.entries_of(Shelf.MAILBOX_ACCESS, Ref(Kind.USER, serial)).values()
    return [ref for ref, held in entries if held == right]


def _list_opening(call: Call) -> list[dict[str, Any]]:
    serial = call.mail.recipients.mailbox(call.text("Identity"))
    name = call.mail.recipients.of_person(serial)["Name"]
    shown = [(user, ["FullAccess"]) for user in _trustees(call, serial, FULL_ACCESS, "User")]
    if not call.says("User"):
        shown.insert(0, (_SELF, ["FullAccess", "ReadPermission"]))
    return [
        {"Identity": name, "User": user, "AccessRights": rights, "IsInherited": False, "Deny": False}
        for user, rights in shown
    ]


def _list_sending(call: Call) -> list[dict[str, Any]]:
    serial = call.mail.recipients.mailbox(call.text("Identity"))
    name = call.mail.recipients.of_person(serial)["Name"]
    shown = _trustees(call, serial, SEND_AS, "Trustee")
    if not call.says("Trustee"):
        shown.insert(0, _SELF)
    given = {"AccessControlType": "Allow", "AccessRights": ["SendAs"], "IsInherited": False}
    return [{"Identity": name, "Trustee": who, **given} for who in shown]


def _trustees(call: Call, serial: int, right: Right, parameter: str) -> list[str]:
    """Those who have a right, all of them or the one that is named, by their sign-in names."""
    recipients = call.mail.recipients
    wanted = None if not call.says(parameter) else recipients.recipient(call.text(parameter))
    shown = (recipients.shown(ref) for ref in holders(call, serial, right) if wanted in (None, ref))
    return [str(one.get("WindowsLiveID") or one["Name"]) for one in shown]


def _pair(call: Call, right: Right, parameter: str) -> tuple[int, Ref, str, str]:
    recipients = call.mail.recipients
    serial, trustee = recipients.mailbox(call.text("Identity")), recipients.recipient(call.text(parameter))
    said = call.parameters.get("accessrights")
    if right not in (said if isinstance(said, list) else [said]):
        raise bad_request(f"Only {right} is simulated.")
    base = recipients.view.base
    return serial, trustee, base.guid(Ref(Kind.USER, serial)), base.guid(trustee)


def _grant(call: Call, right: Right, parameter: str) -> list[dict[str, Any]]:
    serial, trustee, mailbox_id, trustee_id = _pair(call, right, parameter)
    if trustee in holders(call, serial, right):
        call.warnings.append(f"The appropriate access control entry is already present on the object '{mailbox_id}'.")
    else:
        call.mail.change(GrantMailbox(mailbox_id, trustee_id, right), by=call.app)
    return []


def _revoke(call: Call, right: Right, parameter: str) -> list[dict[str, Any]]:
    serial, trustee, mailbox_id, trustee_id = _pair(call, right, parameter)
    if trustee not in holders(call, serial, right):
        call.warnings.append(f"Can't remove the access control entry on the object '{mailbox_id}': it isn't present.")
    else:
        call.mail.change(RevokeMailbox(mailbox_id, trustee_id, right), by=call.app)
    return []


_OPENING = ("Identity", "User", "AccessRights", "InheritanceType")
_SENDING = ("Identity", "Trustee", "AccessRights")
ACCESS_CMDLETS = (
    Cmdlet("Get-MailboxPermission", _list_opening, ("Identity", "User", "ResultSize", "ErrorAction")),
    Cmdlet("Get-RecipientPermission", _list_sending, (*_SENDING, "ResultSize", "ErrorAction")),
    Cmdlet("Add-MailboxPermission", lambda call: _grant(call, FULL_ACCESS, "User"), (*_OPENING, "AutoMapping", *_QUIET),
           writes=True),
    Cmdlet("Remove-MailboxPermission", lambda call: _revoke(call, FULL_ACCESS, "User"), (*_OPENING, *_QUIET),
           writes=True),
    Cmdlet("Add-RecipientPermission", lambda call: _grant(call, SEND_AS, "Trustee"), (*_SENDING, *_QUIET), writes=True),
    Cmdlet("Remove-RecipientPermission", lambda call: _revoke(call, SEND_AS, "Trustee"), (*_SENDING, *_QUIET),
           writes=True),
)  # fmt: skip
