"""What may happen to applications: their names, who is assigned to them, and what they may do in people's names."""

import msgspec

from chamberlain.simulator.world.activity import APPLICATIONS, PEOPLE, Activity
from chamberlain.simulator.world.application import APPLICATION, DEFAULT_ACCESS, USER, AppAssignment, DelegatedGrant
from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.fact import AttributeFact, EntryFact, Fact, PresenceFact, Shelf
from chamberlain.simulator.world.mutation.lookup import MutationRefusedError, named
from chamberlain.simulator.world.mutation.people import NEVER
from chamberlain.simulator.world.mutation.roles import PRINCIPALS
from chamberlain.simulator.world.reference import Kind, Ref

_APP = Kind.SERVICE_PRINCIPAL
_NAMES = {Kind.USER: "user", Kind.GROUP: "group", Kind.SERVICE_PRINCIPAL: "service principal"}


class GrantConsent(msgspec.Struct, frozen=True, tag_field="kind", tag="grant_consent"):
    """An administrator lets an application into the tenant with all the permissions that it asks for."""

    service_principal: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The application's service principal is present."""
        return (PresenceFact(named(base, self.service_principal, _APP), present=True),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        target = named(base, self.service_principal, _APP)
        return (
            Activity(APPLICATIONS, "Add service principal", "Add", (target,)),
            Activity(APPLICATIONS, "Consent to application", "Assign", (target,)),
        )


class RenameApp(msgspec.Struct, frozen=True, tag_field="kind", tag="rename_app"):
    """An application gets another display name."""

    service_principal: str
    display_name: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The new name."""
        return (AttributeFact(named(base, self.service_principal, _APP), "display_name", self.display_name),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        target = named(base, self.service_principal, _APP)
        return (Activity(APPLICATIONS, "Update service principal", "Update", (target,)),)


class _Assignment(msgspec.Struct, frozen=True, tag_field="kind"):
    principal: str
    service_principal: str
    role: str = DEFAULT_ACCESS

    def _entry(self, base: Base, *, holds: bool) -> tuple[Fact, ...]:
        principal, resource = named(base, self.principal, *PRINCIPALS), named(base, self.service_principal, _APP)
        offered = base.service_principal(resource.serial).roles_for(APPLICATION if principal.kind is _APP else USER)
        if self.role not in {role.id for role in offered} and (offered or self.role != DEFAULT_ACCESS):
            raise MutationRefusedError("Permission being assigned was not found on the application.")
        item = AppAssignment(resource.serial, self.role, principal, NEVER)
        return (EntryFact(Shelf.APP, item[:3], item if holds else None, principal, resource.serial),)

    def _targets(self, base: Base) -> tuple[Ref, ...]:
        return (named(base, self.service_principal, _APP), named(base, self.principal, *PRINCIPALS))


class AssignApp(_Assignment, frozen=True, tag="assign_app"):
    """A principal is assigned to a role of an application."""

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The assignment is there."""
        return self._entry(base, holds=True)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        targets = self._targets(base)
        kind = targets[1].kind
        start = "Add app role assignment grant to" if kind is Kind.USER else "Add app role assignment to"
        category = PEOPLE if kind is Kind.USER else APPLICATIONS
        return (Activity(category, f"{start} {_NAMES[kind]}", "Assign", targets),)


class UnassignApp(_Assignment, frozen=True, tag="unassign_app"):
    """A principal is no longer assigned to a role of an application."""

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The assignment is not there."""
        return self._entry(base, holds=False)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        targets = self._targets(base)
        category = PEOPLE if targets[1].kind is Kind.USER else APPLICATIONS
        name = f"Remove app role assignment from {_NAMES[targets[1].kind]}"
        return (Activity(category, name, "Unassign", targets),)


class _Grant(msgspec.Struct, frozen=True, tag_field="kind"):
    client: str
    resource: str
    principal: str | None = None

    def _key(self, base: Base) -> tuple[int, int, Ref | None]:
        person = None if self.principal is None else named(base, self.principal, Kind.USER)
        return named(base, self.client, _APP).serial, named(base, self.resource, _APP).serial, person

    def _activity(self, base: Base, name: str, operation: str) -> tuple[Activity, ...]:
        targets = (named(base, self.resource, _APP), named(base, self.client, _APP))
        return (Activity(APPLICATIONS, name, operation, targets),)


class AddDelegatedGrant(_Grant, frozen=True, tag="add_delegated_grant"):
    """An application may act in the name of a person, or of everybody, or with other permissions than before."""

    scope: str = "User.Read"

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The grant is there."""
        client, resource, person = key = self._key(base)
        return (EntryFact(Shelf.CONSENT, key, DelegatedGrant(client, resource, person, self.scope), person, client),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return self._activity(base, "Add delegated permission grant", "Assign")


class RemoveDelegatedGrant(_Grant, frozen=True, tag="remove_delegated_grant"):
    """An application may no longer act in somebody's name."""

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The grant is not there."""
        key = self._key(base)
        return (EntryFact(Shelf.CONSENT, key, None, key[2], key[0]),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return self._activity(base, "Remove delegated permission grant", "Unassign")
