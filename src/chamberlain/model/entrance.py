"""Words of signing in: ways, sessions, and why one ends."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID


class SignInWay(Enum):
    """How somebody proved who they are."""

    LINK = "link"
    MICROSOFT = "microsoft"
    PASSKEY = "passkey"
    CODE = "password_and_code"
    RECOVERY = "recovery_code"


class Purpose(Enum):
    """What an attempt is for: what was begun for one purpose ends no other."""

    MICROSOFT = "microsoft"
    PASSKEY = "passkey"
    ADD_PASSKEY = "add_passkey"


class Ending(Enum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    ENDED_ELSEWHERE = "ended_elsewhere"
    BY_ADMINISTRATOR = "by_administrator"
    IDLE = "idle"
    TOO_OLD = "too_old"
    BLOCKED = "blocked"
    GONE = "gone"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody whom Microsoft vouches for: known by the two ids. Names are for showing, and may change hands.

    mail  where to write to them, where Microsoft tells; anybody may have written it there, so it says nothing of who
          they are
    """

    tenant_guid: UUID
    object_guid: UUID
    name: str
    user_name: str
    mail: str = ""


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that goes on.

    handle    names it, opens nothing
    ip, agent where it began; the agent is what the browser says of itself
    """

    handle: str
    way: str
    started_at: datetime
    seen_at: datetime
    ip: str
    agent: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key that a person added; its private half never leaves their device."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnMethods:
    """What a local account signs in with. `codes_left` are recovery codes that were not used."""

    passkeys: tuple[Passkey, ...]
    has_code: bool
    codes_left: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account is in Entra now.

    valid_from  what began before this is over
    """

    guid: UUID
    enabled: bool
    valid_from: datetime | None
