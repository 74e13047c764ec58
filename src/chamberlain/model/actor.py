"""Who asks or acts."""

from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID


class Role(Enum):
    """What a person may be in Chamberlain. What each of them may do is the table in `policy/authority.py`."""

    ADMINISTRATOR = "administrator"
    READ_ONLY_ADMINISTRATOR = "read_only_administrator"
    AUDITOR = "auditor"
    APP_ADMIN = "app_admin"
    REVIEWER = "reviewer"
    USER = "user"


class ActorKind(Enum):
    """Where a wish comes from."""

    PERSON = "person"
    TERMINAL = "terminal"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class TenantRole:
    """A role in one tenant.

    permission  key of the permission that an APP_ADMIN looks after; "" with every other role
    """

    role: Role
    tenant_id: int
    permission: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryObject:
    """Who somebody is in Entra: never a name or an address, since those are given to others later."""

    tenant_guid: UUID
    object_guid: UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with a name, a place in the audit trail, and roles. Without roles nothing is allowed.

    roles         in the whole installation: in every tenant there is or will be, and beyond tenants
    tenant_roles  in single tenants
    account       who they are in Entra; None for local accounts, the terminal and the system
    only          deeds that they are held to, whatever their roles allow, as with a token of the API; None: to none
    """

    kind: ActorKind
    id: str
    name: str
    roles: frozenset[Role] = frozenset()
    tenant_roles: frozenset[TenantRole] = field(default=frozenset())
    account: DirectoryObject | None = None
    only: frozenset[str] | None = None

    @property
    def is_in_person(self) -> bool:
        """Whether somebody with a name asks themselves: not we by ourselves, not a script with a token of theirs."""
        return self.kind is not ActorKind.SYSTEM and self.only is None

    def roles_in(self, tenant_id: int | None) -> frozenset[Role]:
        """The roles that were given in this tenant; beyond tenants (None) there are none of these."""
        return frozenset(held.role for held in self.tenant_roles if held.tenant_id == tenant_id)

    def looks_after(self, tenant_id: int) -> frozenset[str]:
        """Keys of the permissions that were named for them in a tenant."""
        return frozenset(
            held.permission
            for held in self.tenant_roles
            if held.role is Role.APP_ADMIN and held.tenant_id == tenant_id and held.permission
        )


SYSTEM = Actor(ActorKind.SYSTEM, "system", "Chamberlain", frozenset({Role.ADMINISTRATOR}))
