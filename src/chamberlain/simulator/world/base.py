"""What every tenant's base must answer. The seeded one computes it, the golden one looks it up.

Serving asks from the group's and the application's side. The second half, asked from the holder's side, serves
`memberOf`
and is what the truth is computed from: the two halves share no code in the seeded tenant."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from chamberlain.simulator.world.application import AppAssignment, DelegatedGrant, Device, ServicePrincipal
from chamberlain.simulator.world.group import Group, GroupLicence
from chamberlain.simulator.world.licence import LicenceState, Sku, Subscription
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment, RoleDefinition

Run = tuple[Kind, list[int]]
"""Neighbours of one kind in a list of objects, by their serial numbers."""


class Tenant(NamedTuple):
    """The organisation itself. `population` names the base and its size, so that a file is never opened with
    another."""

    id: str
    name: str
    domain: str
    initial_domain: str
    created: str
    population: str


class Base(Protocol):
    """A tenant before anything was changed in it. Indices run from 0 to size(kind) - 1."""

    @property
    def tenant(self) -> Tenant:
        """The organisation."""

    @property
    def memberships(self) -> int:
        """Direct memberships of users, as many as were asked for if there was room."""

    def size(self, kind: Kind) -> int:
        """How many objects of a kind there are."""

    def guid(self, ref: Ref) -> str:
        """The object id."""

    def guids(self, kind: Kind, serials: Sequence[int]) -> Sequence[bytes | bytearray]:
        """Ids of many objects of a kind, as the ASCII of their text."""

    def find(self, guid: str) -> Ref | None:
        """The object with this id, None when the base has none."""

    def find_user(self, user_principal_name: str) -> int | None:
        """The user with this name, in any case of letters."""

    def present(self, ref: Ref) -> bool:
        """Whether the object is there before any change; only an application that waits for consent is not."""

    def person(self, index: int) -> Person:
        """The user at an index."""

    def manager(self, index: int) -> int | None:
        """The user's manager."""

    def group(self, index: int) -> Group:
        """The group at an index."""

    def service_principal(self, index: int) -> ServicePrincipal:
        """The service principal at an index."""

    def device(self, index: int) -> Device:
        """The device at an index."""

    def member_count(self, group: int) -> int:
        """How many direct members a group has, of every kind."""

    def members(self, group: int, start: int, stop: int) -> list[Ref]:
        """A slice of a group's direct members, in the order in which they are listed."""

    def member_runs(self, group: int, start: int, stop: int) -> list[Run]:
        """The same slice, without a reference for each member: large groups are read a million members at a time."""

    def is_member(self, group: int, holder: Ref) -> bool:
        """Whether the holder is a direct member."""

    def owners(self, group: int) -> Sequence[Ref]:
        """A group's owners."""

    def licence_groups(self) -> Mapping[int, tuple[GroupLicence, ...]]:
        """Groups that hand out licences, and which."""

    def direct_licences(self, user: int) -> Sequence[LicenceState]:
        """Licences assigned to the person alone."""

    def inherited_licence(self, user: int, group: int, licence: GroupLicence) -> LicenceState:
        """How the licence of a group arrives at a direct member."""

    def subscriptions(self) -> Sequence[Subscription]:
        """What the tenant has bought."""

    def skus(self) -> Sequence[Sku]:
        """The SKUs of `subscriptions`, without counting seats."""

    def consumed_units(self) -> Mapping[str, int]:
        """People who hold each SKU, by SKU id. May take time in proportion to the tenant, once."""

    def role_definitions(self) -> Sequence[RoleDefinition]:
        """Built-in and custom roles."""

    def role_assignments(self) -> Sequence[RoleAssignment]:
        """Who is assigned to a role, in the order in which they are listed."""

    def eligible_assignments(self) -> Sequence[RoleAssignment]:
        """Who may activate a role, in the order in which they are listed."""

    def delegated_grants(self) -> Sequence[DelegatedGrant]:
        """What applications may do in the name of people."""

    def app_assignment_count(self, resource: int) -> int:
        """How many principals are assigned to an application."""

    def app_assignments(self, resource: int, start: int, stop: int) -> list[AppAssignment]:
        """A slice of an application's assignments."""

    def groups_of(self, holder: Ref) -> Sequence[int]:
        """Groups the holder is a direct member of, ascending."""

    def owned_by(self, holder: Ref) -> Sequence[int]:
        """Groups the holder owns, ascending."""

    def roles_of(self, holder: Ref) -> Sequence[RoleAssignment]:
        """Roles assigned to the holder itself."""

    def eligible_of(self, holder: Ref) -> Sequence[RoleAssignment]:
        """Roles that the holder itself may activate."""

    def app_assignments_of(self, holder: Ref) -> Sequence[AppAssignment]:
        """Applications the holder itself is assigned to."""
