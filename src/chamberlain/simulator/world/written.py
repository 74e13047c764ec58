"""A tenant that was written out by hand: a `Base` whose every answer is looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chamberlain.simulator.login.registration import Registration, graph_permissions
from chamberlain.simulator.world.application import (
    APPLICATION,
    GRAPH_APP_ID,
    AppAssignment,
    AppRole,
    DelegatedGrant,
    Device,
    ServicePrincipal,
)
from chamberlain.simulator.world.base import Run, Tenant
from chamberlain.simulator.world.group import Group, GroupLicence
from chamberlain.simulator.world.grown import runs_of
from chamberlain.simulator.world.licence import HOLDING, LicenceState, Sku, State, Subscription
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment, RoleDefinition

_ENTERPRISE_TAG = "WindowsAzureActiveDirectoryIntegratedApp"


def graph_service_principal(written: ServicePrincipal) -> ServicePrincipal:
    """Microsoft Graph's service principal with the permissions it offers to applications."""
    roles = (AppRole(known.id, name, known.means, (APPLICATION,)) for name, known in graph_permissions().items())
    return written._replace(app_id=GRAPH_APP_ID, roles=tuple(roles))


@dataclass(frozen=True, kw_only=True)
class Written:
    """The tables of a written tenant. Relations are by serial number; `trouble` is how a group's licence arrives if not
    well."""

    tenant: Tenant
    people: tuple[Person, ...]
    managers: Mapping[int, int]
    groups: tuple[Group, ...]
    members: Mapping[int, tuple[Ref, ...]]
    owners: Mapping[int, tuple[Ref, ...]]
    devices: tuple[Device, ...]
    subscriptions: tuple[Subscription, ...]
    direct_licences: Mapping[int, tuple[LicenceState, ...]]
    trouble: Mapping[tuple[int, int], tuple[State, str]] = field(default_factory=dict)
    role_definitions: tuple[RoleDefinition, ...]
    role_assignments: tuple[RoleAssignment, ...]
    eligible_assignments: tuple[RoleAssignment, ...]
    delegated_grants: tuple[DelegatedGrant, ...]
    service_principals: tuple[ServicePrincipal, ...]
    app_assignments: tuple[AppAssignment, ...]
    since: str


class WrittenBase:
    """Looks up everything; the registrations' service principals come after the written ones."""

    def __init__(
        self, written: Written, registrations: tuple[Registration, ...], registered_ids: tuple[str, ...]
    ) -> None:
        self._written = written
        first = len(written.service_principals)
        self._service_principals = (
            *written.service_principals,
            *(
                ServicePrincipal(
                    first + place,
                    registered_ids[place],
                    known.client_id,
                    known.display_name,
                    "Application",
                    written.since,
                    written.tenant.id,
                    (_ENTERPRISE_TAG,),
                )
                for place, known in enumerate(registrations)
            ),
        )
        permissions = graph_permissions()
        graph = next(known.serial for known in written.service_principals if known.app_id == GRAPH_APP_ID)
        self._app_assignments = (
            *written.app_assignments,
            *(
                AppAssignment(graph, permissions[role].id, Ref(Kind.SERVICE_PRINCIPAL, first + place), written.since)
                for place, known in enumerate(registrations)
                for role in known.roles
            ),
        )
        self._waits_for_consent = {
            Ref(Kind.SERVICE_PRINCIPAL, first + place)
            for place, known in enumerate(registrations)
            if known.multi_tenant
        }
        self._ids: dict[Kind, list[str]] = {
            Kind.USER: [person.id for person in written.people],
            Kind.GROUP: [group.id for group in written.groups],
            Kind.SERVICE_PRINCIPAL: [known.id for known in self._service_principals],
            Kind.DEVICE: [device.id for device in written.devices],
        }
        self._refs = {guid: Ref(kind, serial) for kind, ids in self._ids.items() for serial, guid in enumerate(ids)}

    @property
    def tenant(self) -> Tenant:
        """See `Base`; so for all below."""
        return self._written.tenant

    @property
    def memberships(self) -> int:
        return sum(ref.kind is Kind.USER for members in self._written.members.values() for ref in members)

    def size(self, kind: Kind) -> int:
        return len(self._ids[kind])

    def guid(self, ref: Ref) -> str:
        return self._ids[ref.kind][ref.serial]

    def guids(self, kind: Kind, serials: Sequence[int]) -> Sequence[bytes | bytearray]:
        return [self._ids[kind][serial].encode() for serial in serials]

    def find(self, guid: str) -> Ref | None:
        return self._refs.get(guid)

    def find_user(self, user_principal_name: str) -> int | None:
        wanted = user_principal_name.lower()
        return next(
            (person.serial for person in self._written.people if person.user_principal_name.lower() == wanted), None
        )

    def present(self, ref: Ref) -> bool:
        return ref not in self._waits_for_consent

    def person(self, index: int) -> Person:
        return self._written.people[index]

    def manager(self, index: int) -> int | None:
        return self._written.managers.get(index)

    def group(self, index: int) -> Group:
        return self._written.groups[index]

    def service_principal(self, index: int) -> ServicePrincipal:
        return self._service_principals[index]

    def device(self, index: int) -> Device:
        return self._written.devices[index]

    def member_count(self, group: int) -> int:
        return len(self._written.members.get(group, ()))

    def members(self, group: int, start: int, stop: int) -> list[Ref]:
        return list(self._written.members.get(group, ())[start:stop])

    def member_runs(self, group: int, start: int, stop: int) -> list[Run]:
        return runs_of(self.members(group, start, stop))

    def is_member(self, group: int, holder: Ref) -> bool:
        return holder in self._written.members.get(group, ())

    def owners(self, group: int) -> Sequence[Ref]:
        return self._written.owners.get(group, ())

    def licence_groups(self) -> Mapping[int, tuple[GroupLicence, ...]]:
        return {group.serial: group.licences for group in self._written.groups if group.licences}

    def direct_licences(self, user: int) -> Sequence[LicenceState]:
        return self._written.direct_licences.get(user, ())

    def inherited_licence(self, user: int, group: int, licence: GroupLicence) -> LicenceState:
        state, error = self._written.trouble.get((user, group), (State.ACTIVE, "None"))
        return LicenceState(licence.sku_id, licence.disabled_plans, group, state, error, self._written.since)

    def skus(self) -> Sequence[Sku]:
        return [bought.sku for bought in self._written.subscriptions]

    def subscriptions(self) -> Sequence[Subscription]:
        return self._written.subscriptions

    @cached_property
    def _consumed(self) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for person in self._written.people:
            states = list(self.direct_licences(person.serial))
            for group, licences in self.licence_groups().items():
                if self.is_member(group, Ref(Kind.USER, person.serial)):
                    states.extend(self.inherited_licence(person.serial, group, licence) for licence in licences)
            for sku_id in {state.sku_id for state in states if state.state in HOLDING}:
                counts[sku_id] = counts.get(sku_id, 0) + 1
        return counts

    def consumed_units(self) -> Mapping[str, int]:
        return self._consumed

    def role_definitions(self) -> Sequence[RoleDefinition]:
        return self._written.role_definitions

    def role_assignments(self) -> Sequence[RoleAssignment]:
        return self._written.role_assignments

    def eligible_assignments(self) -> Sequence[RoleAssignment]:
        return self._written.eligible_assignments

    def delegated_grants(self) -> Sequence[DelegatedGrant]:
        return self._written.delegated_grants

    def app_assignment_count(self, resource: int) -> int:
        return len(self.app_assignments(resource, 0, len(self._app_assignments)))

    def app_assignments(self, resource: int, start: int, stop: int) -> list[AppAssignment]:
        return [assignment for assignment in self._app_assignments if assignment.resource == resource][start:stop]

    def groups_of(self, holder: Ref) -> Sequence[int]:
        return sorted(group for group, members in self._written.members.items() if holder in members)

    def owned_by(self, holder: Ref) -> Sequence[int]:
        return sorted(group for group, owners in self._written.owners.items() if holder in owners)

    def roles_of(self, holder: Ref) -> Sequence[RoleAssignment]:
        return [assignment for assignment in self._written.role_assignments if assignment.principal == holder]

    def eligible_of(self, holder: Ref) -> Sequence[RoleAssignment]:
        return [eligible for eligible in self._written.eligible_assignments if eligible.principal == holder]

    def app_assignments_of(self, holder: Ref) -> Sequence[AppAssignment]:
        return [assignment for assignment in self._app_assignments if assignment.principal == holder]
