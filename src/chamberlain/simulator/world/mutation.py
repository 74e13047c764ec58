"""What may change in the tenant: one class per kind of mutation, and the facts that each one makes true.

A new kind is a new class in the union `Mutation`; nothing else asks which kinds there are."""

from enum import Enum
from typing import Any, NamedTuple

import msgspec

from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.group import GroupKind
from chamberlain.simulator.world.reference import Kind, Ref


class Relation(Enum):
    """Relations between two objects that changes may add or end."""

    MEMBER = "member"


class AttributeFact(NamedTuple):
    """A property of an object has this value from now on. `present` says whether the object is there at all."""

    subject: Ref
    name: str
    value: Any


class EdgeFact(NamedTuple):
    """A relation holds from now on, or no longer."""

    relation: Relation
    holder: Ref
    target: Ref
    holds: bool


Fact = AttributeFact | EdgeFact


class MutationRefusedError(Exception):
    """The mutation makes no sense in this tenant; the message says why."""


def _object(base: Base, guid: str, *kinds: Kind) -> Ref:
    found = base.find(guid.lower())
    if found is None or found.kind not in kinds:
        wanted = " or ".join(kind.name.lower().replace("_", " ") for kind in kinds)
        raise MutationRefusedError(f"There is no {wanted} with the id {guid}.")
    return found


def _membership(base: Base, group: str, member: str, *, holds: bool) -> tuple[Fact, ...]:
    target = _object(base, group, Kind.GROUP)
    holder = _object(base, member, *Kind)
    if holder == target:
        raise MutationRefusedError("A group cannot be a member of itself.")
    if base.group(target.serial).kind is GroupKind.MICROSOFT_365 and holder.kind is not Kind.USER:
        raise MutationRefusedError("A Microsoft 365 group holds users only.")
    return (EdgeFact(Relation.MEMBER, holder, target, holds),)


class RenameUser(msgspec.Struct, frozen=True, tag_field="kind", tag="rename_user"):
    """A person gets another display name."""

    user: str
    display_name: str | None

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The new name."""
        return (AttributeFact(_object(base, self.user, Kind.USER), "display_name", self.display_name),)


class AddMember(msgspec.Struct, frozen=True, tag_field="kind", tag="add_member"):
    """An object becomes a direct member of a group."""

    group: str
    member: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The membership holds."""
        return _membership(base, self.group, self.member, holds=True)


class RemoveMember(msgspec.Struct, frozen=True, tag_field="kind", tag="remove_member"):
    """An object stops being a direct member of a group."""

    group: str
    member: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The membership no longer holds."""
        return _membership(base, self.group, self.member, holds=False)


class GrantConsent(msgspec.Struct, frozen=True, tag_field="kind", tag="grant_consent"):
    """An administrator lets an application into the tenant with all the permissions that it asks for."""

    service_principal: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The application's service principal is present."""
        return (AttributeFact(_object(base, self.service_principal, Kind.SERVICE_PRINCIPAL), "present", value=True),)


Mutation = RenameUser | AddMember | RemoveMember | GrantConsent
_DECODER: msgspec.json.Decoder[Mutation] = msgspec.json.Decoder(Mutation)


def decode(text: bytes) -> Mutation:
    """A mutation from its JSON form.

    raises  MutationRefusedError for what is no mutation
    """
    try:
        return _DECODER.decode(text)
    except msgspec.MsgspecError as problem:
        raise MutationRefusedError(f"This is no mutation: {problem}") from problem
