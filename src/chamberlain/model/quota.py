"""What Microsoft lets us spend: limits, leases from a shared budget, and what became of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

FULL: Final = 0.85
CLEARLY: Final = 0.98
LEAST_SHARE: Final = 5
MOST_SHARE: Final = 100


class Workload(Enum):
    """Requests that draw on one quota. Values are stable: they stand in the database."""

    DIRECTORY = "directory"
    DIRECTORY_WRITES = "directory_writes"
    IDENTITY_REPORTS = "identity_reports"
    SIGN_IN_ACTIVITY = "sign_in_activity"
    IDENTITY_PROTECTION = "identity_protection"
    USAGE_REPORTS = "usage_reports"
    MAILBOX = "mailbox"
    EXCHANGE_ADMIN = "exchange_admin"
    SUBSCRIPTIONS = "subscriptions"
    OTHER = "other"


class Whose(Enum):
    """Who shares a limit."""

    OURS = "ours"  # our app in this tenant, alone
    TENANT = "tenant"  # all apps of the tenant together


class Priority(Enum):
    """Who waits: a person, or a run that nobody looks at. Values are those of x-ms-throttle-priority."""

    BULK = "Low"
    INTERACTIVE = "High"


class TenantSize(Enum):
    """Microsoft's size classes of a tenant."""

    SMALL = "S"
    MEDIUM = "M"
    LARGE = "L"

    @staticmethod
    def of(users: int) -> "TenantSize":
        """The class of a tenant with so many users."""
        if users < 50:
            return TenantSize.SMALL
        return TenantSize.MEDIUM if users <= 500 else TenantSize.LARGE


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units within a window, refilled evenly.

    units     resource units for the directory, requests elsewhere
    at_once   most requests side by side; None where only the installation's own limit counts
    """

    units: float
    window: timedelta
    whose: Whose = Whose.OURS
    at_once: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened since the ledger was told last."""

    units: float = 0.0
    requests: int = 0
    throttled: int = 0
    waited: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Lease:
    """What a ledger gave of a budget.

    granted  units that are ours now; 0 where there are not enough
    wait     seconds until asking again is worth while
    paused   seconds of `wait` that Microsoft asked for
    leased   units ever given of this budget, to all processes
    burst    those of `leased` since nobody asked for a whole window, `burst_seconds` ago: the quota was full then
    size     what Microsoft's quota is thought to be, in units a window
    at       seconds, on the ledger's own clock
    """

    granted: float
    wait: float
    paused: float
    leased: float
    burst: float
    burst_seconds: float
    size: float
    at: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Microsoft refused more for now: nobody asks for anything of this quota until then."""

    name: str
    until: datetime

    @property
    def workload(self) -> Workload:
        """What it is the quota of."""
        return workload_of(self.name)

    @property
    def detail(self) -> str:
        """Which one, where a workload has several quotas in a tenant."""
        return detail_of(self.name)


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How one quota of a tenant stands, for people.

    limit, window       what Microsoft documents; `learned` is what it seems to be, where that is less
    used_in_window      share of our part that is spent now, 0 to 1
    used, requests, waited, throttled  since the hour `since` began
    headroom            share that we leave unused
    share_percent       how fast we may go, set by a person
    """

    name: str
    workload: Workload
    whose: Whose
    limit: float
    window: timedelta
    learned: float
    used_in_window: float
    since: datetime
    used: float
    requests: int
    waited: timedelta
    throttled: int
    paused_until: datetime | None
    headroom: float
    share_percent: int

    @property
    def detail(self) -> str:
        """Which one, where a workload has several quotas in a tenant: a report, a mailbox."""
        return detail_of(self.name)

    @property
    def is_smaller(self) -> bool:
        """Whether it turned out clearly smaller than documented."""
        return self.learned < self.limit * CLEARLY

    @property
    def is_full(self) -> bool:
        """Whether bulk work waits for it to refill: the last tenth is left to people who wait."""
        return self.used_in_window >= FULL


def workload_of(name: str) -> Workload:
    """The workload of a budget's name in a ledger."""
    return Workload(name.partition(":")[0])


def detail_of(name: str) -> str:
    """What stands behind the workload in a budget's name."""
    return name.partition(":")[2]
