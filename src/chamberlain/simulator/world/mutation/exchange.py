"""What may happen in Exchange alone: who manages its groups, what its dynamic groups look for, how mailboxes are set,
and who may open them.

Entra's audit log says nothing of it; Exchange has one of its own, which is not simulated."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from chamberlain.simulator.world.activity import Activity
from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.dynamic_group import dynamic_group
from chamberlain.simulator.world.fact import EntryFact, Fact, Shelf
from chamberlain.simulator.world.group import GroupKind
from chamberlain.simulator.world.mutation.lookup import MutationRefusedError, named
from chamberlain.simulator.world.mutation.replies import Replies
from chamberlain.simulator.world.reference import Kind

EXCHANGE_KINDS = frozenset({GroupKind.MAIL_SECURITY, GroupKind.DISTRIBUTION})
FULL_ACCESS: Literal["FullAccess"] = "FullAccess"
SEND_AS: Literal["SendAs"] = "SendAs"
SEND_ON_BEHALF: Literal["SendOnBehalf"] = "SendOnBehalf"


class _Quiet(msgspec.Struct, frozen=True, tag_field="kind"):
    def activities(self, _base: Base) -> tuple[Activity, ...]:
        """Nothing: Exchange has a log of its own."""
        return ()


class SetManagers(_Quiet, frozen=True, tag="set_managers"):
    """A mail-enabled security group or a distribution group is managed by these people and nobody else."""

    group: str
    managers: list[str]

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The whole list."""
        target = named(base, self.group, Kind.GROUP)
        if base.group(target.serial).kind not in EXCHANGE_KINDS:
            raise MutationRefusedError("This group is not Exchange's.")
        refs = tuple(named(base, one, Kind.USER, Kind.GROUP) for one in self.managers)
        return (EntryFact(Shelf.MANAGERS, (target.serial,), refs, None, target.serial),)


class SetMailbox(_Quiet, frozen=True, tag="set_mailbox"):
    """Settings of a mailbox; what is not named stays. `size_bytes` is what lies in it."""

    user: str
    mailbox_type: Literal["UserMailbox", "SharedMailbox"] | UnsetType = UNSET
    forwarding_address: str | UnsetType | None = UNSET
    forwarding_smtp_address: str | UnsetType | None = UNSET
    deliver_and_forward: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    litigation_hold: bool | UnsetType = UNSET
    in_place_holds: list[str] | UnsetType = UNSET
    archive: bool | UnsetType = UNSET
    size_bytes: int | UnsetType = UNSET
    replies: Replies | UnsetType = UNSET

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """One for each setting that is named."""
        holder = named(base, self.user, Kind.USER)
        said = ((name, getattr(self, name)) for name in self.__struct_fields__ if name != "user")
        found = tuple(
            EntryFact(Shelf.MAILBOX, (holder.serial, name), (value,), holder)
            for name, value in said
            if value is not UNSET
        )
        if not found:
            raise MutationRefusedError("No setting is named.")
        return found


class _Access(_Quiet, frozen=True):
    mailbox: str
    trustee: str
    right: Literal["FullAccess", "SendAs", "SendOnBehalf"] = FULL_ACCESS

    def _entry(self, base: Base, *, holds: bool) -> tuple[Fact, ...]:
        mailbox, trustee = named(base, self.mailbox, Kind.USER), named(base, self.trustee, Kind.USER, Kind.GROUP)
        item = (trustee, self.right) if holds else None
        return (EntryFact(Shelf.MAILBOX_ACCESS, (mailbox.serial, trustee, self.right), item, mailbox),)


class GrantMailbox(_Access, frozen=True, tag="grant_mailbox"):
    """Somebody may open a mailbox and everything in it, or send for it."""

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The access is there."""
        return self._entry(base, holds=True)


class RevokeMailbox(_Access, frozen=True, tag="revoke_mailbox"):
    """Somebody may no longer do so."""

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The access is not there."""
        return self._entry(base, holds=False)


class SetDynamicGroup(_Quiet, frozen=True, tag="set_dynamic_group"):
    """A dynamic distribution group is called this and looks for this from now on; it is made if it is not there."""

    group: str
    name: str
    department: str | None = None
    groups: bool = False

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The whole group."""
        guid = self.group.lower()
        item = dynamic_group(base.tenant, self.name, department=self.department, groups=self.groups, guid=guid)
        return (EntryFact(Shelf.DYNAMIC_GROUP, (guid,), item, None),)


class DeleteDynamicGroup(_Quiet, frozen=True, tag="delete_dynamic_group"):
    """A dynamic distribution group is gone, and cannot be restored."""

    group: str

    def facts(self, _base: Base) -> tuple[Fact, ...]:
        """The group is not there."""
        return (EntryFact(Shelf.DYNAMIC_GROUP, (self.group.lower(),), None, None),)
