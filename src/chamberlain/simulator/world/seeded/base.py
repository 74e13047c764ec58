"""The seeded tenant put together: a `Base` whose every answer is computed."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from chamberlain.simulator.login.registration import registrations
from chamberlain.simulator.options import SimulatorOptions
from chamberlain.simulator.world.application import AppAssignment, DelegatedGrant, Device, ServicePrincipal
from chamberlain.simulator.world.base import Run, Tenant
from chamberlain.simulator.world.group import Group, GroupLicence
from chamberlain.simulator.world.licence import HOLDING, LicenceState, Sku, Subscription, catalogue
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment, RoleDefinition
from chamberlain.simulator.world.seeded.applications import FIRST_ENTERPRISE, Applications
from chamberlain.simulator.world.seeded.grants import delegated_grants
from chamberlain.simulator.world.seeded.groups import ROLE_ASSIGNABLE_BLOCKS, Groups
from chamberlain.simulator.world.seeded.guid_table import GuidTable
from chamberlain.simulator.world.seeded.licences import GROUP_LICENCES, Licences
from chamberlain.simulator.world.seeded.memberships import Memberships
from chamberlain.simulator.world.seeded.people import People
from chamberlain.simulator.world.seeded.permutation import Draws, Guids
from chamberlain.simulator.world.seeded.roles import Roles, role_groups
from chamberlain.simulator.world.seeded.sizes import group_sizes
from chamberlain.simulator.world.seeded.tenant import seeded_tenant

FEWEST_APPS = 4
"""Microsoft's own three and a managed identity, which no tenant is without."""
FREE_SEATS = 1_000_000
OVER_ASSIGNED = "POWER_BI_PRO"
FREE = "FLOW_FREE"
IN_GRACE = "ENTERPRISEPACK"


class SeededBase:
    """A tenant of the size that the options ask for."""

    def __init__(self, options: SimulatorOptions) -> None:
        draws = Draws(options.seed)
        self._guids = Guids(draws)
        population = (
            f"seed {options.seed}, {options.users} users, {options.groups} groups, "
            f"{options.memberships} memberships, {options.apps} apps"
        )
        self._tenant = seeded_tenant(options.seed, self._guids, population)
        self._skus = catalogue()
        self._people = People(self._tenant, options.users, draws, self._guids)
        sizes = group_sizes(draws, users=options.users, groups=options.groups, memberships=options.memberships)
        self._memberships = Memberships(draws, users=options.users, sizes=sizes)
        devices = max(2, options.users // 100)
        self._groups = Groups(
            self._tenant,
            count=options.groups,
            users=options.users,
            devices=devices,
            licences={group: (self._skus[name], off) for group, (name, off) in GROUP_LICENCES.items()},
            draws=draws,
            guids=self._guids,
        )
        self._licences = Licences(dict(self._skus), draws)
        self._applications = Applications(
            self._tenant.id,
            count=max(options.apps, FEWEST_APPS),
            users=options.users,
            groups=options.groups,
            registrations=registrations(options.seed),
            draws=draws,
            guids=self._guids,
        )
        self._roles = Roles(
            self._people,
            users=options.users,
            role_groups=role_groups(options.groups, ROLE_ASSIGNABLE_BLOCKS),
            service_principals=self._applications.enterprise,
            draws=draws,
            guids=self._guids,
        )
        self._sizes = {
            Kind.USER: options.users,
            Kind.GROUP: options.groups,
            Kind.SERVICE_PRINCIPAL: self._applications.count,
            Kind.DEVICE: devices,
        }
        self._user_ids = GuidTable(self._guids, Kind.USER, options.users)
        self._delegated_grants = delegated_grants(
            range(FIRST_ENTERPRISE, self._applications.enterprise), options, draws
        )

    @property
    def tenant(self) -> Tenant:
        """The organisation."""
        return self._tenant

    @property
    def memberships(self) -> int:
        """Direct memberships of users, as many as were asked for if there was room."""
        return self._memberships.total()

    def size(self, kind: Kind) -> int:
        """See `Base`; so for all below."""
        return self._sizes[kind]

    def guid(self, ref: Ref) -> str:
        return self._guids.encode(ref.kind, ref.serial)

    def guids(self, kind: Kind, serials: Sequence[int]) -> Sequence[bytes | bytearray]:
        if kind is Kind.USER:
            return self._user_ids.read(serials)
        return [self._guids.encode(kind, serial).encode() for serial in serials]

    def find(self, guid: str) -> Ref | None:
        decoded = self._guids.decode(guid)
        if decoded is None:
            return None
        kind, index = decoded
        if kind not in self._sizes or index >= self._sizes[Kind(kind)]:
            return None
        return Ref(Kind(kind), index)

    def find_user(self, user_principal_name: str) -> int | None:
        return self._people.find(user_principal_name)

    def present(self, ref: Ref) -> bool:
        return ref.kind is not Kind.SERVICE_PRINCIPAL or ref.serial != self._applications.enterprise

    def person(self, index: int) -> Person:
        return self._people.person(index)

    def manager(self, index: int) -> int | None:
        return self._people.manager(index)

    def group(self, index: int) -> Group:
        return self._groups.group(index)

    def service_principal(self, index: int) -> ServicePrincipal:
        return self._applications.service_principal(index)

    def device(self, index: int) -> Device:
        system = ("Windows", "macOS", "iOS")[index % 3]
        return Device(index, self.guid(Ref(Kind.DEVICE, index)), f"LAPTOP-{index:05d}", system)

    def member_count(self, group: int) -> int:
        return self._memberships.size(group) + len(self._groups.children(group))

    def members(self, group: int, start: int, stop: int) -> list[Ref]:
        found = [Ref(Kind.USER, user) for user in self._memberships.members(group, start, stop)]
        users = self._memberships.size(group)
        if stop > users:
            found.extend(self._groups.children(group)[max(0, start - users) : stop - users])
        return found

    def member_runs(self, group: int, start: int, stop: int) -> list[Run]:
        users = self._memberships.size(group)
        runs: list[Run] = [(Kind.USER, self._memberships.members(group, start, stop))] if start < users else []
        if stop > users:
            children = self._groups.children(group)[max(0, start - users) : stop - users]
            runs.extend((child.kind, [child.serial]) for child in children)
        return runs

    def is_member(self, group: int, holder: Ref) -> bool:
        if holder.kind is Kind.USER:
            return self._memberships.contains(group, holder.serial)
        return holder in self._groups.children(group)

    def owners(self, group: int) -> Sequence[Ref]:
        return self._groups.owners(group)

    def licence_groups(self) -> Mapping[int, tuple[GroupLicence, ...]]:
        return self._groups.licence_groups()

    def direct_licences(self, user: int) -> Sequence[LicenceState]:
        return self._licences.direct(user, self._people.use_of(user))

    def inherited_licence(self, user: int, group: int, licence: GroupLicence) -> LicenceState:
        return self._licences.inherited(user, group, licence)

    def skus(self) -> Sequence[Sku]:
        return tuple(self._skus.values())

    def subscriptions(self) -> Sequence[Subscription]:
        return [self._subscription(sku) for sku in self.skus()]

    def _subscription(self, sku: Sku) -> Subscription:
        used = self.consumed_units().get(sku.id, 0)
        if sku.part_number == FREE:
            return Subscription(sku, FREE_SEATS, 0)
        if sku.part_number == OVER_ASSIGNED:
            return Subscription(sku, max(0, used - 3), 0)
        bought = used + used // 8 + 5
        if sku.part_number == IN_GRACE:
            return Subscription(sku, bought // 2, bought - bought // 2)
        return Subscription(sku, bought, 0)

    @cached_property
    def _consumed(self) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for user in range(self._sizes[Kind.USER]):
            states = list(self.direct_licences(user))
            for group, licences in self.licence_groups().items():
                if self._memberships.contains(group, user):
                    states.extend(self.inherited_licence(user, group, licence) for licence in licences)
            for sku_id in {state.sku_id for state in states if state.state in HOLDING}:
                counts[sku_id] = counts.get(sku_id, 0) + 1
        return counts

    def consumed_units(self) -> Mapping[str, int]:
        return self._consumed

    def role_definitions(self) -> Sequence[RoleDefinition]:
        return self._roles.definitions

    def role_assignments(self) -> Sequence[RoleAssignment]:
        return self._roles.assignments

    def eligible_assignments(self) -> Sequence[RoleAssignment]:
        return self._roles.eligible

    def delegated_grants(self) -> Sequence[DelegatedGrant]:
        return self._delegated_grants

    def app_assignment_count(self, resource: int) -> int:
        return self._applications.assignment_count(resource)

    def app_assignments(self, resource: int, start: int, stop: int) -> list[AppAssignment]:
        return self._applications.assignments(resource, start, stop)

    def groups_of(self, holder: Ref) -> Sequence[int]:
        if holder.kind is Kind.USER:
            return self._memberships.groups_of(holder.serial)
        return self._groups.parents(holder)

    def owned_by(self, holder: Ref) -> Sequence[int]:
        return self._groups.owned_by(holder.serial) if holder.kind is Kind.USER else []

    def roles_of(self, holder: Ref) -> Sequence[RoleAssignment]:
        return self._roles.of(holder)

    def eligible_of(self, holder: Ref) -> Sequence[RoleAssignment]:
        return self._roles.eligible_of(holder)

    def app_assignments_of(self, holder: Ref) -> Sequence[AppAssignment]:
        return self._applications.assignments_of(holder)
