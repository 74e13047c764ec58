"""What is asked of Exchange, whichever way leads there."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from chamberlain.model.exchange import Access, DynamicGroup, Mailbox, MailboxChange, MailGroup, Outcome, Recipient

Shape = TypeVar("Shape", bound=msgspec.Struct)
Parameters = Mapping[str, object]


class Runner(Protocol):
    """Runs cmdlets."""

    async def run(self, cmdlet: str, parameters: Parameters, *, shape: type[Shape]) -> list[Shape]:
        """All that a cmdlet puts out, to its end.

        shape   a struct; its fields are all that is asked for
        raises  Refused("write_refused") where there is no permit; what `fault.exchange_error` gives
        """


class Exchange(Protocol):
    """Groups and mailboxes of a tenant. Everybody is named by object id of Entra."""

    async def groups(self) -> tuple[MailGroup, ...]:
        """All distribution groups and mail-enabled security groups."""

    async def dynamic_groups(self) -> tuple[DynamicGroup, ...]:
        """All dynamic distribution groups."""

    async def members(self, group: str) -> tuple[Recipient, ...]:
        """Who is directly in a group.

        raises  NotFound("exchange_not_found")
        """

    async def dynamic_members(self, group: str) -> tuple[Recipient, ...]:
        """Whom a dynamic distribution group finds."""

    async def owners(self, group: str) -> tuple[str, ...]:
        """Who owns a group, as far as Entra knows them."""

    async def add_member(self, group: str, *, member: str) -> Outcome:
        """Puts somebody into a group."""

    async def remove_member(self, group: str, *, member: str) -> Outcome:
        """Takes somebody out of a group."""

    async def set_owners(self, group: str, *, owners: Sequence[str]) -> None:
        """Makes these, and nobody else, owners of a group."""

    async def add_owner(self, group: str, *, owner: str) -> None:
        """Makes somebody an owner of a group; the others stay, also those whom Entra does not know."""

    async def remove_owner(self, group: str, *, owner: str) -> None:
        """Makes somebody an owner no longer."""

    async def mailbox(self, user: str) -> Mailbox:
        """How somebody's mailbox is set, without its size.

        raises  NotFound("exchange_not_found") where there is none
        """

    async def mailbox_with_size(self, user: str) -> Mailbox:
        """The same, and what lies in it, which takes Exchange longer."""

    async def set_mailbox(self, user: str, *, change: MailboxChange) -> None:
        """Sets what the change names; doing it twice does no more than once."""

    async def has_access(self, user: str, access: Access, *, who: str) -> bool:
        """Whether somebody may do this with a mailbox.

        raises  NotFound("exchange_not_found") where there is no mailbox, or nobody like that
        """

    async def give_access(self, user: str, access: Access, *, to: str) -> None:
        """Lets somebody open a mailbox, or send for it; doing it twice does no more than once."""

    async def take_access(self, user: str, access: Access, *, of: str) -> None:
        """Lets somebody do so no longer."""
