"""The base with the objects that were created since, so that a reference leads somewhere whichever it is.

Created objects have the serial numbers after the base's. They begin without relations: those come from the changes."""

import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from itertools import groupby

from chamberlain.simulator.world.application import AppAssignment, DelegatedGrant, Device, ServicePrincipal
from chamberlain.simulator.world.base import Base, Run, Tenant
from chamberlain.simulator.world.fact import CreatedFact
from chamberlain.simulator.world.group import Group, GroupLicence
from chamberlain.simulator.world.licence import LicenceState, Sku, Subscription
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment, RoleDefinition


def new_guid(base: Base, ref: Ref) -> str:
    """The id of an object that is about to be created: the same in every replay of the log."""
    seed = f"{base.tenant.id}/{ref.kind}/{ref.serial}".encode()
    return str(uuid.UUID(bytes=blake2b(seed, digest_size=16).digest(), version=4))


class Grown:
    """A `Base` that grows; every answer about an object of the base is the base's."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._sizes = {kind: base.size(kind) for kind in Kind}
        self._people: list[Person] = []
        self._groups: list[Group] = []
        self._created: dict[str, Ref] = {}

    def create(self, fact: CreatedFact) -> None:
        """Take in a new object."""
        self._created[fact.item.id] = fact.ref
        if isinstance(fact.item, Person):
            self._people.append(fact.item)
        else:
            self._groups.append(fact.item)

    def in_base(self, ref: Ref) -> bool:
        """Whether the object was there from the start."""
        return ref.serial < self._sizes[ref.kind]

    def _is_old(self, group: int) -> bool:
        return group < self._sizes[Kind.GROUP]

    @property
    def tenant(self) -> Tenant:
        """See `Base`; so for all below."""
        return self._base.tenant

    @property
    def memberships(self) -> int:
        return self._base.memberships

    def size(self, kind: Kind) -> int:
        if kind is Kind.USER:
            return self._sizes[kind] + len(self._people)
        return self._sizes[kind] + (len(self._groups) if kind is Kind.GROUP else 0)

    def guid(self, ref: Ref) -> str:
        if self.in_base(ref):
            return self._base.guid(ref)
        return (self.person if ref.kind is Kind.USER else self.group)(ref.serial).id

    def guids(self, kind: Kind, serials: Sequence[int]) -> Sequence[bytes | bytearray]:
        first_new = self._sizes[kind]
        if not serials or max(serials) < first_new:
            return self._base.guids(kind, serials)
        return [self.guid(Ref(kind, serial)).encode() for serial in serials]

    def find(self, guid: str) -> Ref | None:
        return self._created.get(guid) or self._base.find(guid)

    def find_user(self, user_principal_name: str) -> int | None:
        wanted = user_principal_name.lower()
        found = (person.serial for person in self._people if person.user_principal_name.lower() == wanted)
        created = next(found, None)
        return self._base.find_user(wanted) if created is None else created

    def present(self, ref: Ref) -> bool:
        return self.in_base(ref) and self._base.present(ref)

    @cached_property
    def waiting(self) -> frozenset[Ref]:
        """Objects of the base that are not in the tenant before any change: applications that wait for consent."""
        kind = Kind.SERVICE_PRINCIPAL
        refs = (Ref(kind, serial) for serial in range(self._sizes[kind]))
        return frozenset(ref for ref in refs if not self._base.present(ref))

    def person(self, index: int) -> Person:
        first_new = self._sizes[Kind.USER]
        return self._base.person(index) if index < first_new else self._people[index - first_new]

    def manager(self, index: int) -> int | None:
        return self._base.manager(index) if index < self._sizes[Kind.USER] else None

    def group(self, index: int) -> Group:
        first_new = self._sizes[Kind.GROUP]
        return self._base.group(index) if index < first_new else self._groups[index - first_new]

    def service_principal(self, index: int) -> ServicePrincipal:
        return self._base.service_principal(index)

    def application(self, app_id: str) -> ServicePrincipal | None:
        """The service principal of an application. Registrations are the newest, and the ones that are asked for."""
        serials = reversed(range(self._sizes[Kind.SERVICE_PRINCIPAL]))
        found = (self._base.service_principal(serial) for serial in serials)
        return next((known for known in found if known.app_id == app_id), None)

    def device(self, index: int) -> Device:
        return self._base.device(index)

    def member_count(self, group: int) -> int:
        return self._base.member_count(group) if self._is_old(group) else 0

    def members(self, group: int, start: int, stop: int) -> list[Ref]:
        return self._base.members(group, start, stop) if self._is_old(group) else []

    def member_runs(self, group: int, start: int, stop: int) -> list[Run]:
        return self._base.member_runs(group, start, stop) if self._is_old(group) else []

    def is_member(self, group: int, holder: Ref) -> bool:
        return self._is_old(group) and self.in_base(holder) and self._base.is_member(group, holder)

    def owners(self, group: int) -> Sequence[Ref]:
        return self._base.owners(group) if self._is_old(group) else ()

    def licence_groups(self) -> Mapping[int, tuple[GroupLicence, ...]]:
        return self._base.licence_groups()

    def direct_licences(self, user: int) -> Sequence[LicenceState]:
        return self._base.direct_licences(user) if user < self._sizes[Kind.USER] else ()

    def inherited_licence(self, user: int, group: int, licence: GroupLicence) -> LicenceState:
        return self._base.inherited_licence(user, group, licence)

    def subscriptions(self) -> Sequence[Subscription]:
        return self._base.subscriptions()

    def skus(self) -> Sequence[Sku]:
        return self._base.skus()

    def consumed_units(self) -> Mapping[str, int]:
        return self._base.consumed_units()

    def role_definitions(self) -> Sequence[RoleDefinition]:
        return self._base.role_definitions()

    def role_assignments(self) -> Sequence[RoleAssignment]:
        return self._base.role_assignments()

    def eligible_assignments(self) -> Sequence[RoleAssignment]:
        return self._base.eligible_assignments()

    def delegated_grants(self) -> Sequence[DelegatedGrant]:
        return self._base.delegated_grants()

    def app_assignment_count(self, resource: int) -> int:
        return self._base.app_assignment_count(resource)

    def app_assignments(self, resource: int, start: int, stop: int) -> list[AppAssignment]:
        return self._base.app_assignments(resource, start, stop)

    def groups_of(self, holder: Ref) -> Sequence[int]:
        return self._base.groups_of(holder) if self.in_base(holder) else ()

    def owned_by(self, holder: Ref) -> Sequence[int]:
        return self._base.owned_by(holder) if self.in_base(holder) else ()

    def roles_of(self, holder: Ref) -> Sequence[RoleAssignment]:
        return self._base.roles_of(holder) if self.in_base(holder) else ()

    def eligible_of(self, holder: Ref) -> Sequence[RoleAssignment]:
        return self._base.eligible_of(holder) if self.in_base(holder) else ()

    def app_assignments_of(self, holder: Ref) -> Sequence[AppAssignment]:
        return self._base.app_assignments_of(holder) if self.in_base(holder) else ()


def runs_of(refs: Sequence[Ref]) -> list[Run]:
    """References with neighbours of one kind put together."""
    return [(kind, [ref.serial for ref in run]) for kind, run in groupby(refs, key=lambda ref: ref.kind)]
