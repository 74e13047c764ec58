"""Who has which role, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chamberlain.model.actor import Role
from chamberlain.model.tenant import Tenant


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role of somebody.

    tenant      where; None: in the whole installation
    permission  key of the permission that an app admin looks after, or ""; called: its name, or the key
    """

    id: int
    role: Role
    tenant: Tenant | None
    permission: str
    called: str
    given_at: datetime
    given_by: str


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who signed in once, or may, with the roles that whoever asks may know of.

    account  object id in Entra; None for local accounts
    active   whether they can sign in at all
    """

    id: UUID
    name: str
    account: UUID | None
    active: bool
    roles: tuple[HeldRole, ...]
