"""The two applications that may ask for tokens, and the permissions of Microsoft Graph that they ask for.

source  ids of application permissions: Microsoft's permissions-descriptions.json, 2026-08-07
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib import resources

import msgspec

from chamberlain.simulator.world.seeded.permutation import Draws, Guids

READ_ROLES = (
    "User.Read.All",
    "GroupMember.Read.All",
    "RoleManagement.Read.Directory",
    "Application.Read.All",
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Domain.Read.All",
    "ReportSettings.Read.All",
)
MORE_ROLES = ("AuditLog.Read.All", "RoleEligibilitySchedule.Read.Directory")
_APPLICATION_KIND = 91


class Permission(msgspec.Struct, frozen=True):
    """An application permission of Microsoft Graph."""

    id: str
    means: str


@cache
def graph_permissions() -> Mapping[str, Permission]:
    """Permissions the simulator knows, by name."""
    text = resources.files(__package__).joinpath("permissions.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Permission])


@dataclass(frozen=True, slots=True)
class Registration:
    """An application registration. Only a multi-tenant one waits for an administrator's consent."""

    client_id: str
    client_secret: str
    display_name: str
    multi_tenant: bool
    roles: tuple[str, ...]


def registrations(seed: int) -> tuple[Registration, Registration]:
    """The product's multi-tenant application, and the tenant's own registration which may read a little more."""
    guids = Guids(Draws(seed))

    def secret(name: str) -> str:
        return "sim~" + blake2b(f"{seed}/{name}".encode(), digest_size=18).hexdigest()

    return (
        Registration(
            guids.encode(_APPLICATION_KIND, 0),
            secret("multi"),
            "Chamberlain",
            multi_tenant=True,
            roles=(*READ_ROLES, *MORE_ROLES),
        ),
        Registration(
            guids.encode(_APPLICATION_KIND, 1),
            secret("own"),
            "Chamberlain (own registration)",
            multi_tenant=False,
            roles=(*READ_ROLES, "Directory.Read.All"),
        ),
    )
