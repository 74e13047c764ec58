"""What Exchange Online tells of groups and mailboxes, and what may be asked of it."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from chamberlain.model.kind import Kind


class ExchangeWay(StrEnum):
    """How Exchange is reached. Microsoft supports neither InvokeCommand, nor that anything but a person uses it."""

    OFF = "off"
    INVOKE = "invoke"
    POWERSHELL = "powershell"


class CmdletPermit(NamedTuple):
    """One cmdlet that may be run, and the only parameters that it may be given."""

    cmdlet: str
    parameters: frozenset[str]


NO_CMDLETS: frozenset[CmdletPermit] = frozenset()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody or something with an address.

    guid  object id in Entra, in small letters; "" of what Entra does not know, as public folders
    type  as Exchange calls it, for example "UserMailbox", "MailUniversalDistributionGroup"
    own   Exchange's own id of it, in small letters
    """

    guid: str
    name: str
    address: str
    type: str
    own: str = ""


@dataclass(frozen=True, slots=True)
class MailGroup:
    """A group that only Exchange may change.

    owners       object ids, in small letters; who manages a group is its owner in our words
    unknown      owners of whom Exchange tells a name and nothing that Entra knows
    on_premises  whether only the on-premises directory may change it
    """

    guid: str
    name: str
    address: str
    kind: Kind
    owners: tuple[str, ...]
    unknown: tuple[str, ...]
    on_premises: bool


@dataclass(frozen=True, slots=True)
class DynamicGroup:
    """A dynamic distribution group, which Entra does not know: whoever its filter finds is in it.

    guid  Exchange's own id of it, in small letters
    """

    guid: str
    name: str
    address: str
    filter: str
    owners: tuple[str, ...]
    unknown: tuple[str, ...]


class MailboxType(Enum):
    """What kind of mailbox it is."""

    USER = "UserMailbox"
    SHARED = "SharedMailbox"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox as it is set.

    forwards_to       somebody of the tenant whom mail goes on to, by object id, by Exchange's Name where Entra knows no
                      id; "" where it goes to nobody
    forwards_outside  an address that mail goes on to; Exchange heeds it only where `forwards_to` is ""
    keeps_copy        whether forwarded mail stays here as well
    hidden            whether it is hidden from address lists
    held              whether something keeps its contents from being deleted: a licence must not go then
    bytes             what lies in it; None: Exchange did not say
    """

    guid: str
    address: str
    type: MailboxType
    forwards_to: str
    forwards_outside: str
    keeps_copy: bool
    hidden: bool
    held: bool
    archive: bool
    bytes: int | None


@dataclass(frozen=True, slots=True)
class MailboxChange:
    """What to set; None leaves a setting as it is.

    forward_to, forward_outside  somebody of the tenant, by object id or Name, and an address; "" for nobody
    """

    shared: bool | None = None
    forward_to: str | None = None
    forward_outside: str | None = None
    keeps_copy: bool | None = None
    hidden: bool | None = None


class Access(Enum):
    """What somebody may do with a mailbox that is not theirs. Values are the words of facts (policy/planning/facts)."""

    FULL = "full_access"
    SEND_AS = "send_as"
    ON_BEHALF = "send_on_behalf"


class Outcome(Enum):
    """What came of a change: done now, or so already. Both mean that it is so."""

    DONE = "done"
    ALREADY = "already"
