"""Keys with which scripts reach the API: what they may be used for, and whose they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from chamberlain.model.actor import Actor

LONGEST_NAME = 80
MOST_TOKENS = 50  # of one person that work: more are no longer looked after
LASTS = timedelta(days=90)
LONGEST_LASTS = timedelta(days=365)
PREFIX = "chb_"  # by which scanners of repositories and logs know one that leaked


class TokenScope(Enum):
    """What a token may be used for. Values are stable: they stand in the API, the terminal and the database."""

    READ_DIRECTORY = "read:directory"
    READ_HISTORY = "read:history"
    READ_CONNECTIONS = "read:connections"
    READ_AUDIT = "read:audit"
    RUN_SYNC = "run:sync"
    MANAGE_VIEWS = "manage:views"
    MANAGE_CONNECTIONS = "manage:connections"
    MANAGE_ROLES = "manage:roles"
    READ_PLANS = "read:plans"
    MAKE_PLANS = "make:plans"
    APPROVE_PLANS = "approve:plans"
    APPLY_PLANS = "apply:plans"
    SETTLE_TASKS = "settle:tasks"
    MANAGE_GUARDS = "manage:guards"
    STOP_WRITERS = "stop:writers"


class TokenState(Enum):
    """Whether a token works."""

    WORKS = "works"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token without its secret, which nobody knows but who was shown it.

    hint       the last letters of the secret, to tell tokens apart
    tenant_id  the only tenant that it reaches; None: every tenant that its person may see
    used_at    when it was last used, to the hour
    """

    id: int
    name: str
    hint: str
    user_id: UUID
    user_name: str
    tenant_id: int | None
    tenant_name: str
    scopes: frozenset[TokenScope]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def state(self, *, now: datetime) -> TokenState:
        """Whether it works at a time."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.WORKS if now < self.expires_at else TokenState.EXPIRED


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks with a token: its person, with what the token leaves of their rights."""

    actor: Actor
    token: ApiToken
