"""The command that does in the on-premises directory what Graph refuses there, for whoever may run it.

source  https://learn.microsoft.com/powershell/module/activedirectory (2026)
"""

import unicodedata

from chamberlain.model.plan import Change
from chamberlain.model.situation import AccountKnown, PermissionKnown
from chamberlain.model.verb import Verb

# PowerShell ends a quoted string at each of these, not only at the straight one.
# source  https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules (2026)
_QUOTES = "'\u2018\u2019\u201a\u201b"

_GROUPS = {
    Verb.ADD_MEMBER: "Add-ADGroupMember -Identity {group} -Members {member}",
    Verb.REMOVE_MEMBER: "Remove-ADGroupMember -Identity {group} -Members {member} -Confirm:$false",
    Verb.ADD_OWNER: "Set-ADGroup -Identity {group} -ManagedBy {member}",
    Verb.REMOVE_OWNER: "Set-ADGroup -Identity {group} -Clear managedBy",
}
_ACCOUNTS = {
    Verb.ENABLE: "Get-ADUser -Filter {filter} | Enable-ADAccount",
    Verb.BLOCK: "Get-ADUser -Filter {filter} | Disable-ADAccount",
    Verb.RESET_PASSWORD: "Get-ADUser -Filter {filter} | Set-ADAccountPassword -Reset",
    Verb.DELETE_USER: "Get-ADUser -Filter {filter} | Remove-ADUser",
    Verb.UPDATE_USER: "Get-ADUser -Filter {filter} | Set-ADUser -Replace @{{{values}}}",
}


_MAILBOXES = {
    Verb.HIDE_FROM_LISTS: "-HiddenFromAddressListsEnabled $true",
    Verb.SHOW_IN_LISTS: "-HiddenFromAddressListsEnabled $false",
    Verb.GIVE_SEND_ON_BEHALF: "-GrantSendOnBehalfTo @{{Add={other}}}",
    Verb.TAKE_SEND_ON_BEHALF: "-GrantSendOnBehalfTo @{{Remove={other}}}",
    Verb.MAKE_SHARED: "-Type Shared",
    Verb.MAKE_PERSONAL: "-Type Regular",
}


def group_command(change: Change, *, group: PermissionKnown, member: str) -> str:
    """What changes a group there; "" where nothing does.

    member  the account's user name, or the name of a group
    """
    text = _GROUPS.get(change.verb, "")
    found = f"(Get-ADUser -Filter {_filter(member)})" if "@" in member else quoted(member)
    return text.format(group=quoted(group.sam_name or group.name), member=found)


def account_command(change: Change, *, account: AccountKnown) -> str:
    """What changes an account there; "" where nothing does."""
    values = "; ".join(f"{quoted(name)}={quoted(str(value))}" for name, value in change.options.properties.items())
    return _ACCOUNTS.get(change.verb, "").format(filter=_filter(account.user_name), values=values)


def mailbox_command(change: Change, *, account: AccountKnown, other: str) -> str:
    """What changes a mailbox there, for which the on-premises directory keeps a remote one; "" where nothing does.

    other   user name of who may send on behalf of somebody
    source  https://learn.microsoft.com/powershell/module/exchange/set-remotemailbox (2026)
    """
    setting = _MAILBOXES.get(change.verb, "").format(other=quoted(other))
    return f"Set-RemoteMailbox -Identity {quoted(account.user_name)} {setting}" if setting else ""


def quoted(text: str) -> str:
    """Text as PowerShell takes it literally. Directory names are anybody's text: nothing in them may end the string."""
    plain = "".join(char for char in text if not unicodedata.category(char).startswith("C"))
    return "'" + "".join(char * 2 if char in _QUOTES else char for char in plain) + "'"


def _filter(user_name: str) -> str:
    """A filter is PowerShell again, inside a string: a quote in the name is doubled once for each."""
    return quoted(f"UserPrincipalName -eq {quoted(user_name)}")
