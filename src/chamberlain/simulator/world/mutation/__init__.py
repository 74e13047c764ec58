"""What may change in the tenant: one class per kind of mutation, with the facts that it makes true and the lines that
the audit log gets.

A new kind is a new class in the union `Mutation`; nothing else asks which kinds there are. Whether a mutation fits the
present moment is for `World` to see."""

import msgspec

from chamberlain.simulator.world.mutation import applications, exchange, groups, people, roles, settings
from chamberlain.simulator.world.mutation.applications import GrantConsent
from chamberlain.simulator.world.mutation.lookup import MutationRefusedError

__all__ = ["GrantConsent", "Mutation", "MutationRefusedError", "decode"]

Mutation = (
    people.RenameUser
    | people.UpdateUser
    | people.CreateUser
    | people.RevokeSessions
    | people.ResetPassword
    | people.DeleteUser
    | people.RestoreUser
    | people.AssignLicence
    | people.UnassignLicence
    | people.SettleLicence
    | groups.AddMember
    | groups.RemoveMember
    | groups.AddOwner
    | groups.RemoveOwner
    | groups.CreateGroup
    | groups.RenameGroup
    | groups.DeleteGroup
    | groups.RestoreGroup
    | groups.SetGroupLicences
    | roles.AssignRole
    | roles.UnassignRole
    | roles.MakeEligible
    | roles.UnmakeEligible
    | applications.AssignApp
    | applications.UnassignApp
    | applications.RenameApp
    | applications.GrantConsent
    | applications.AddDelegatedGrant
    | applications.RemoveDelegatedGrant
    | settings.ConcealNames
    | exchange.SetManagers
    | exchange.SetMailbox
    | exchange.GrantMailbox
    | exchange.RevokeMailbox
    | exchange.SetDynamicGroup
    | exchange.DeleteDynamicGroup
)
_DECODER: msgspec.json.Decoder[Mutation] = msgspec.json.Decoder(Mutation)


def decode(text: bytes) -> Mutation:
    """A mutation from its JSON form.

    raises  MutationRefusedError for what is no mutation
    """
    try:
        return _DECODER.decode(text)
    except msgspec.MsgspecError as problem:
        raise MutationRefusedError(f"This is no mutation: {problem}") from problem
