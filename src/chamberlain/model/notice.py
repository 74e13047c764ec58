"""Being told of changes: subscriptions at Microsoft, and what they brought."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

RESOURCES = ("/users", "/groups")
"""What is subscribed to. Microsoft tells of nothing else that we read.

source  https://learn.microsoft.com/graph/api/resources/change-notifications-api-overview (2026)
"""


class Deaf(Enum):
    """Why an installation asks for no notices and only looks by itself."""

    NO_ADDRESS = "no_address"
    NOT_HTTPS = "not_https"
    NOT_REACHABLE = "not_reachable"
    BY_HAND = "by_hand"
    NOT_CHOSEN = "not_chosen"


class Ended(Enum):
    """Why a subscription ended."""

    REMOVED = "removed"
    GONE = "gone"
    EXPIRED = "expired"
    MOVED = "moved"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One resource of a tenant that we want to be told of.

    microsoft_id  None while Microsoft has not made it, or has ended it
    base          the address of ours that Microsoft knows
    client_id     the app registration it was made with; only that one can change it
    renew_at      half of its life is over then
    error         code and data of the last attempt, if that failed
    """

    tenant_id: int
    resource: str
    microsoft_id: str | None
    base: str
    client_id: str
    expires_at: datetime | None
    renew_at: datetime | None
    error: tuple[str, dict[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that somebody who claims to be Microsoft told us; texts as they came.

    lifecycle  "" for a change, else what happens to the subscription itself
    object_id  of what changed; "" where that is not told
    """

    subscription_id: str
    client_state: str
    tenant: str
    lifecycle: str
    object_id: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a notice has to agree with."""

    tenant_id: int
    tenant_guid: str
    secret_digest: bytes


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a tenant's changes reach us.

    deaf             None where we ask for notices
    looks_every      minutes between syncs that nobody wakes; 0: only by hand
    heard, ignored   notices that were taken, and those that named our subscription and were not Microsoft's
    """

    deaf: Deaf | None
    base: str
    looks_every: int
    subscriptions: tuple[Subscription, ...]
    heard_at: datetime | None
    heard: int
    ignored: int

    @property
    def open(self) -> tuple[Subscription, ...]:
        """Subscriptions that Microsoft has made."""
        return tuple(one for one in self.subscriptions if one.microsoft_id is not None)

    @property
    def failing(self) -> tuple[Subscription, ...]:
        """Subscriptions whose last attempt failed."""
        return tuple(one for one in self.subscriptions if one.error is not None)

    @property
    def expires_at(self) -> datetime | None:
        """When the first of them runs out, were it not renewed."""
        return min((one.expires_at for one in self.open if one.expires_at is not None), default=None)
