"""Which cmdlets may leave: what only reads, and what there is a permit for with nothing but its parameters.

Asked by both ways to Exchange at their lowest end, so that no caller can forget it."""

from collections.abc import Set

import msgspec

from chamberlain.errors import Refused
from chamberlain.graph.exchange.port import Parameters
from chamberlain.graph.readonly import TOKEN
from chamberlain.model.exchange import CmdletPermit

READS = frozenset(
    {
        "Get-DistributionGroup",
        "Get-DistributionGroupMember",
        "Get-DynamicDistributionGroup",
        "Get-DynamicDistributionGroupMember",
        "Get-Recipient",
        "Get-Mailbox",
        "Get-MailboxStatistics",
        "Get-MailboxPermission",
        "Get-RecipientPermission",
    }
)
INVOKE = "InvokeCommand"


class _Input(msgspec.Struct, forbid_unknown_fields=True):
    CmdletName: str
    Parameters: dict[str, object]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What InvokeCommand takes."""

    CmdletInput: _Input


def check(cmdlet: str, parameters: Parameters, *, permits: Set[CmdletPermit]) -> None:
    """Lets a cmdlet pass, or not.

    raises  Refused("write_refused")
    """
    if cmdlet in READS or any(one.cmdlet == cmdlet and parameters.keys() <= one.parameters for one in permits):
        return
    raise Refused("write_refused", method="POST", path=cmdlet)


def check_request(method: str, path: str, body: bytes, *, tenant: str, permits: Set[CmdletPermit]) -> None:
    """The same for a request, as it goes over the wire; nothing else but token requests passes.

    raises  Refused("write_refused")
    """
    if method == "POST" and path.endswith(TOKEN):
        return
    if method != "POST" or path != f"/adminapi/beta/{tenant}/{INVOKE}":
        raise Refused("write_refused", method=method, path=path)
    try:
        asked = msgspec.json.decode(body, type=Body).CmdletInput
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("write_refused", method=method, path=path) from None
    check(asked.CmdletName, asked.Parameters, permits=permits)
