"""Cmdlets of mailboxes: what kind they are, where mail goes on to, what is held, how much lies in them. Who opens them
is told in mailbox_access.

source  https://learn.microsoft.com/powershell/module/exchange/ (read 2026): get-mailbox, set-mailbox,
        get-mailboxstatistics
"""

from typing import Any

from chamberlain.simulator.exchange.call import Call, Cmdlet
from chamberlain.simulator.exchange.mailbox_access import holders
from chamberlain.simulator.exchange.population import born_size
from chamberlain.simulator.exchange.recipients import Recipients, born_as, has_mailbox
from chamberlain.simulator.exchange.refusal import bad_request, from_premises
from chamberlain.simulator.world.mutation.exchange import SEND_ON_BEHALF, GrantMailbox, RevokeMailbox, SetMailbox
from chamberlain.simulator.world.reference import Kind, Ref

_TYPES = {"regular": "UserMailbox", "shared": "SharedMailbox"}
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
        "GrantSendOnBehalfTo": [recipients.shown(ref)["Name"] for ref in holders(call, serial, SEND_ON_BEHALF)],
    }


def _list_mailboxes(call: Call) -> list[dict[str, Any]]:
    if (identity := call.optional("Identity")) is not None:
        return [_mailbox(call, call.mail.recipients.mailbox(identity))]
    view = call.mail.view
    serials = (ref.serial for ref in view.everything(Kind.USER))
    return [_mailbox(call, serial) for serial in serials if has_mailbox(view.person(serial))]


def size_of(recipients: Recipients, serial: int) -> int:
    """How many bytes lie in a mailbox."""
    person = recipients.view.person(serial)
    return int(recipients.setting(serial, "size_bytes", otherwise=born_size(person)))


def _statistics(call: Call) -> list[dict[str, Any]]:
    recipients = call.mail.recipients
    serial = recipients.mailbox(call.text("Identity"))
    person = recipients.view.person(serial)
    size = size_of(recipients, serial)
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


def _refuse_synced(call: Call, serial: int) -> None:
    """What the on-premises directory masters is not changed here.

    source  recorded by https://www.easy365manager.com/the-operation-on-mailbox-failed-because-its-out-of-the-current-
            users-write-scope (read 2026): System.InvalidOperationException
    """
    if call.mail.view.person(serial).synced:
        for name in _MASTERED:
            if call.says(name):
                raise from_premises(f"Set-Mailbox', '{name}", call.text("Identity"))


def _on_behalf(call: Call, serial: int) -> bool:
    """Whether it was asked who may send on behalf; then those who are named are added, taken, or all that are left."""
    said = call.parameters.get("grantsendonbehalfto")
    if not call.says("GrantSendOnBehalfTo"):
        return False
    before = holders(call, serial, SEND_ON_BEHALF)
    if isinstance(said, dict):
        added = [call.mail.recipients.recipient(one) for one in _listed(said, "add")]
        removed = [call.mail.recipients.recipient(one) for one in _listed(said, "remove")]
    else:
        wanted = [call.mail.recipients.recipient(one) for one in said or ()]
        added, removed = wanted, [one for one in before if one not in wanted]
    guid = call.mail.view.base.guid
    mailbox = guid(Ref(Kind.USER, serial))
    for one in (ref for ref in added if ref not in before):
        call.mail.change(GrantMailbox(mailbox, guid(one), SEND_ON_BEHALF), by=call.app)
    for one in (ref for ref in removed if ref in before):
        call.mail.change(RevokeMailbox(mailbox, guid(one), SEND_ON_BEHALF), by=call.app)
    return True


def _listed(table: dict[str, Any], name: str) -> list[str]:
    found: str | list[str] = next((value for key, value in table.items() if key.lower() == name), [])
    return [found] if isinstance(found, str) else list(found)


def _set_mailbox(call: Call) -> list[dict[str, Any]]:
    serial = call.mail.recipients.mailbox(call.text("Identity"))
    _refuse_synced(call, serial)
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
    if not _on_behalf(call, serial) and not settings:
        raise bad_request("No property was named.")
    before = {name: call.mail.recipients.setting(serial, name, otherwise=None) for name in settings}
    if settings and before != settings:
        guid = call.mail.view.base.guid(Ref(Kind.USER, serial))
        call.mail.change(SetMailbox(guid, **settings), by=call.app)
    return []


_SETTINGS = ("Type", "ForwardingAddress", "ForwardingSmtpAddress", "DeliverToMailboxAndForward",
             "HiddenFromAddressListsEnabled", "LitigationHoldEnabled", "GrantSendOnBehalfTo")  # fmt: skip
_MASTERED = ("HiddenFromAddressListsEnabled", "GrantSendOnBehalfTo")
MAILBOX_CMDLETS = (
    Cmdlet("Get-Mailbox", _list_mailboxes, ("Identity", "ResultSize", "ErrorAction")),
    Cmdlet("Get-EXOMailbox", _list_mailboxes, ("Identity", "ResultSize", "ErrorAction")),
    Cmdlet("Get-MailboxStatistics", _statistics, ("Identity", "ErrorAction")),
    Cmdlet("Set-Mailbox", _set_mailbox, ("Identity", *_SETTINGS, *_QUIET), writes=True),
)
