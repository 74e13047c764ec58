"""Service principals, the roles they offer, and who is assigned to them."""

from typing import NamedTuple

from chamberlain.simulator.world.reference import Ref

DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
EXCHANGE_APP_ID = "00000002-0000-0ff1-ce00-000000000000"
MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
USER = "User"
APPLICATION = "Application"


class AppRole(NamedTuple):
    """A role that an application offers to people, to applications, or to both."""

    id: str
    value: str
    display_name: str
    member_types: tuple[str, ...]


EXCHANGE_ROLES = {
    "dc50a0fb-09a3-484d-be87-e023b12c6440": ("Exchange.ManageAsApp", "Manage Exchange As Application"),
    "5f1cbd1c-3f4a-4c4d-9a0e-3f6a0a1de0c2": ("Exchange.ManageAsAppV2", "Manage Exchange As Application, V2"),
}
"""Permissions that Exchange Online offers to applications. The id of the second is not published: this one is ours.

source  https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2 (read 2026)
"""


def exchange_roles() -> tuple[AppRole, ...]:
    """The same as roles of its service principal."""
    return tuple(AppRole(id_, value, means, (APPLICATION,)) for id_, (value, means) in EXCHANGE_ROLES.items())


class ServicePrincipal(NamedTuple):
    """One application in the tenant."""

    serial: int
    id: str
    app_id: str
    display_name: str
    type: str
    created: str
    owner_tenant: str | None = None
    tags: tuple[str, ...] = ()
    assignment_required: bool = False
    enabled: bool = True
    roles: tuple[AppRole, ...] = ()
    homepage: str | None = None
    sign_on: str | None = None

    def roles_for(self, member_type: str) -> tuple[AppRole, ...]:
        """Roles that a principal of this type may be assigned to."""
        return tuple(role for role in self.roles if member_type in role.member_types)


class AppAssignment(NamedTuple):
    """A principal is assigned to a role of the resource (index of a service principal)."""

    resource: int
    role_id: str
    principal: Ref
    created: str


class DelegatedGrant(NamedTuple):
    """An application (`client`, an index) may use another one in the name of a person, or of everybody (None)."""

    client: int
    resource: int
    principal: Ref | None
    scope: str


class Device(NamedTuple):
    """A computer, here only because groups may hold some."""

    serial: int
    id: str
    display_name: str
    operating_system: str
