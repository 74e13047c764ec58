"""What holds a plan back though every step of it could be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

UTC_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Window:
    """When changes may be made: on these weekdays (0 is Monday), from a time of day to another, in the tenant's zone.

    One that ends before it begins lasts until the next morning; one that ends when it begins lasts a whole day.
    """

    days: tuple[int, ...]
    begins: time
    ends: time


class Eyes(StrEnum):
    """What takes a second person where an administrator chose so. Values are stable: they stand in the database.

    Power over the tenant is not among them: it always takes one (policy/planning/four_eyes).
    """

    ACCOUNTS = "accounts"
    PASSWORDS = "passwords"
    DELETIONS = "deletions"
    MAILBOXES = "mailboxes"  # what lets others read somebody's mail, or send in their name
    GROUPS = "groups"
    LICENCES = "licences"
    PRODUCTS = "products"
    MASS = "mass"


@dataclass(frozen=True, slots=True)
class Easing:
    """Somebody wants that something takes no second person any more, which takes a second person itself.

    by, by_name  id and name of the actor
    until        when it comes true by itself, where nobody else could agree
    """

    what: Eyes
    by: str
    by_name: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Rails:
    """A tenant's guard rails. The standard ones are narrow enough to notice a mistake before it is everywhere.

    most_per_plan, most_per_hour    changes
    share_per_plan, share_per_hour  per cent of the tenant's people that may be touched
    share_from                      so many people are touched before shares count: three of ten are no disaster
    failures, failures_share        the breaker goes at so many failures among the last steps, and such a per cent
    failures_of                     how many steps back it looks
    windows, zone                   none: always; by the clocks of this time zone, of the IANA database
    protected_accounts, protected_permissions   ids of accounts and keys of permissions that no path may touch
    four_eyes                       what takes a second person besides power over the tenant, which always does
    easing                          what of it somebody wants to be without; it still holds
    approval_delay                  what a plan waits where nobody else could approve it
    """

    most_per_plan: int = 500
    share_per_plan: int = 20
    most_per_hour: int = 2_000
    share_per_hour: int = 30
    share_from: int = 10
    failures: int = 10
    failures_share: int = 50
    failures_of: int = 40
    windows: tuple[Window, ...] = ()
    zone: str = UTC_ZONE
    protected_accounts: tuple[str, ...] = ()
    protected_permissions: tuple[str, ...] = ()
    four_eyes: tuple[Eyes, ...] = ()
    easing: tuple[Easing, ...] = ()
    approval_delay: timedelta = timedelta(hours=24)


class Guard(StrEnum):
    """Why a plan may not run, or not yet. Values are stable; their sentences stand in `sentences`."""

    STOPPED = "stopped"
    BREAKER = "breaker"
    SIMULATION = "simulation"
    PROTECTED = "protected"
    TOO_MANY_IN_PLAN = "too_many_in_plan"
    TOO_MUCH_OF_TENANT = "too_much_of_tenant"
    TOO_MANY_IN_HOUR = "too_many_in_hour"
    TOO_MUCH_IN_HOUR = "too_much_in_hour"
    OUTSIDE_WINDOW = "outside_window"
    NEEDS_SECOND_PERSON = "needs_second_person"
    APPROVED_BY_MAKER = "approved_by_maker"
    NEEDS_DELAY = "needs_delay"


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason to hold a plan back.

    until  when it ends by itself; None: when somebody does something
    zone   the time zone in which people think of that
    """

    guard: Guard
    values: Mapping[str, str] = field(default_factory=dict)
    until: datetime | None = None
    zone: str = UTC_ZONE


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand when a plan is to run, or to go on.

    people          how many the tenant has
    changed         how many changes were made in the last hour, not counting this plan's
    touched         ids of people whom those touched
    room_at         when the oldest of them is an hour ago
    administrators  how many people could approve
    """

    now: datetime
    people: int
    stopped: bool = False
    breaker: bool = False
    simulates: bool = False
    changed: int = 0
    touched: frozenset[str] = frozenset()
    room_at: datetime | None = None
    administrators: int = 2


@dataclass(frozen=True, slots=True)
class Approval:
    """Who said yes, and when."""

    by: str
    at: datetime
