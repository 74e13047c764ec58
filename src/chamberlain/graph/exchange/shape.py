"""What cmdlets put out, as far as it is read.

source  https://learn.microsoft.com/powershell/module/exchange/ (2026); names of properties are Exchange's
"""

import re
from typing import Any

import msgspec

SIZE = re.compile(r"\(([\d,.\s\u00a0]+) bytes\)")


class Nothing(msgspec.Struct):
    """What a cmdlet that changes something puts out."""


class RecipientOut(msgspec.Struct, rename="pascal"):
    """A recipient, in a listing of members or by itself."""

    name: str = ""
    display_name: str | None = None
    primary_smtp_address: str | None = None
    external_directory_object_id: str | None = None
    guid: str = ""
    recipient_type_details: str = ""


class GroupOut(RecipientOut, rename="pascal"):
    """A distribution group or a mail-enabled security group."""

    managed_by: list[str] | None = None
    is_dir_synced: bool = False


class DynamicGroupOut(RecipientOut, rename="pascal"):
    """A dynamic distribution group."""

    recipient_filter: str | None = None
    managed_by: list[str] | str | None = None


class MailboxOut(RecipientOut, rename="pascal"):
    """A mailbox."""

    forwarding_address: str | None = None
    forwarding_smtp_address: str | None = None
    deliver_to_mailbox_and_forward: bool = False
    hidden_from_address_lists_enabled: bool = False
    litigation_hold_enabled: bool = False
    in_place_holds: list[str] | None = None
    compliance_tag_hold_applied: bool = False
    delay_hold_applied: bool = False
    archive_status: str | None = None
    grant_send_on_behalf_to: list[str] | None = None


class StatisticsOut(msgspec.Struct, rename="pascal"):
    """How full a mailbox is: "1.2 GB (1,288,490,188 bytes)"."""

    total_item_size: Any = None


class SendingOut(msgspec.Struct, rename="pascal"):
    """Who may send as somebody."""

    trustee: str = ""
    access_rights: list[str] | str = []
    access_control_type: str = "Allow"
    is_inherited: bool = False


class AccessOut(msgspec.Struct, rename="pascal"):
    """Who may do what with a mailbox."""

    user: str = ""
    access_rights: list[str] | str = []
    is_inherited: bool = False
    deny: bool = False


def fields(shape: type[msgspec.Struct]) -> tuple[str, ...]:
    """Exchange's names of what a shape has."""
    return shape.__struct_encode_fields__


def bytes_in(size: object) -> int | None:
    """The bytes that a size names; separators are those of the server's language."""
    found = SIZE.search(size) if isinstance(size, str) else None
    return int(re.sub(r"\D", "", found[1])) if found else None
