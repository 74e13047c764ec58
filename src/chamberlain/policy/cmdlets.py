"""Which cmdlets that change something may be run in Exchange: those of chosen capabilities, with nothing but their
parameters.

source  https://learn.microsoft.com/powershell/module/exchange/ (2026)
"""

from collections.abc import Iterable

from chamberlain.model.capability import Capability
from chamberlain.model.exchange import NO_CMDLETS, CmdletPermit
from chamberlain.policy.capabilities import lacks

_GROUP = frozenset({"Identity", "BypassSecurityGroupManagerCheck"})
_ACCESS = frozenset({"Identity", "User", "AccessRights", "InheritanceType"})
_SENDING = frozenset({"Identity", "Trustee", "AccessRights", "Confirm"})

CMDLETS: dict[Capability, frozenset[CmdletPermit]] = {
    Capability.PROVISION_MAIL_GROUPS: frozenset(
        {
            CmdletPermit("Add-DistributionGroupMember", _GROUP | {"Member"}),
            CmdletPermit("Remove-DistributionGroupMember", _GROUP | {"Member", "Confirm"}),
            CmdletPermit("Set-DistributionGroup", _GROUP | {"ManagedBy"}),
        }
    ),
    Capability.OFFBOARD_MAILBOX: frozenset(
        {
            CmdletPermit(
                "Set-Mailbox",
                frozenset(
                    {
                        "Identity",
                        "Type",
                        "ForwardingAddress",
                        "ForwardingSmtpAddress",
                        "DeliverToMailboxAndForward",
                        "HiddenFromAddressListsEnabled",
                        "GrantSendOnBehalfTo",
                    }
                ),
            ),
            CmdletPermit("Add-MailboxPermission", _ACCESS | {"AutoMapping"}),
            CmdletPermit("Remove-MailboxPermission", _ACCESS | {"Confirm"}),
            CmdletPermit("Add-RecipientPermission", _SENDING),
            CmdletPermit("Remove-RecipientPermission", _SENDING),
        }
    ),
}


def cmdlets(capability: Capability, *, chosen: Iterable[Capability], held: frozenset[str]) -> frozenset[CmdletPermit]:
    """What one capability lets out: nothing where it was not chosen, or a scope of it is missing.

    held  names of the scopes that we have now
    """
    if capability not in frozenset(chosen) or lacks(capability, held):
        return NO_CMDLETS
    return CMDLETS.get(capability, NO_CMDLETS)
