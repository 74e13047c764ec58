"""Is a connection fine? One word, and every reason for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from chamberlain.policy.expiry import Urgency


class Verdict(Enum):
    """fine; watch: it works, and somebody should look soon; bad: what is shown is old, or soon will be."""

    FINE = "fine"
    WATCH = "watch"
    BAD = "bad"


class Concern(Enum):
    """What speaks against fine."""

    NOT_CONNECTED = "not_connected"
    BROKEN = "broken"
    NO_WORKER = "no_worker"
    CREDENTIAL_OVER = "credential_over"
    SCOPES_MISSING = "scopes_missing"
    NEVER_READ = "never_read"
    OVERDUE = "overdue"
    LAST_RUN_FAILED = "last_run_failed"
    KIND_OLD = "kind_old"
    KIND_NOT_READ = "kind_not_read"
    CREDENTIAL_URGENT = "credential_urgent"
    CREDENTIAL_SOON = "credential_soon"
    OPTIONAL_SCOPES_MISSING = "optional_scopes_missing"
    NOTICES_FAILING = "notices_failing"
    PAUSED = "paused"
    DIFFERS = "differs"


BAD = frozenset(
    {
        Concern.NOT_CONNECTED,
        Concern.BROKEN,
        Concern.NO_WORKER,
        Concern.CREDENTIAL_OVER,
        Concern.SCOPES_MISSING,
        Concern.OVERDUE,
    }
)
LATE = 3  # intervals without a complete sync after which data is old
LEAST_LATE = timedelta(hours=1)  # a sync of a large tenant lasts, whatever the interval


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a connection.

    error              code of what is wrong with the connection; "" where nothing is
    every              between syncs; zero: people start them
    last_run_failed    code of the last run's failure; "" where it did not fail
    seen               when each kind of data was brought up to date; None: never
    not_read           kinds that are not let in, or were not chosen
    missing, optional  scopes that are not granted, without which a sync fails, or without which something is left out
    paused             quotas of which Microsoft refused more for now
    differing          kinds of which Microsoft counts another number than we
    """

    is_connected: bool
    error: str
    is_worked: bool
    is_running: bool
    connected_at: datetime | None
    last_success: datetime | None
    every: timedelta
    last_run_failed: str
    seen: dict[str, datetime | None]
    not_read: frozenset[str]
    missing: tuple[str, ...]
    optional: tuple[str, ...]
    credential: Urgency
    notices_failing: int
    paused: tuple[str, ...]
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One concern; `about` names what it is about, where that is several things."""

    concern: Concern
    about: tuple[str, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether it alone makes the verdict bad."""
        return self.concern in BAD


@dataclass(frozen=True, slots=True)
class Health:
    """The verdict with all its reasons, the worst first."""

    verdict: Verdict
    reasons: tuple[Reason, ...]


def judge(facts: Facts, *, now: datetime) -> Health:
    """How a connection is."""
    reasons = _reasons(facts, now=now) if facts.is_connected else [Reason(Concern.NOT_CONNECTED)]
    reasons.sort(key=lambda one: [*Concern].index(one.concern))
    if any(one.is_bad for one in reasons):
        return Health(Verdict.BAD, tuple(reasons))
    return Health(Verdict.WATCH if reasons else Verdict.FINE, tuple(reasons))


def _reasons(facts: Facts, *, now: datetime) -> list[Reason]:
    found = [*_of_access(facts), *_of_age(facts, now=now)]
    if not facts.is_worked:
        found.append(Reason(Concern.NO_WORKER))
    for concern, about in (
        (Concern.KIND_NOT_READ, tuple(sorted(facts.not_read))),
        (Concern.PAUSED, facts.paused),
        (Concern.DIFFERS, facts.differing),
        (Concern.NOTICES_FAILING, ("",) * min(facts.notices_failing, 1)),
    ):
        if about:
            found.append(Reason(concern, about))
    return found


def _of_access(facts: Facts) -> list[Reason]:
    found = []
    if facts.error:
        found.append(Reason(Concern.BROKEN, (facts.error,)))
    if facts.missing:
        found.append(Reason(Concern.SCOPES_MISSING, facts.missing))
    if facts.optional:
        found.append(Reason(Concern.OPTIONAL_SCOPES_MISSING, facts.optional))
    ends = {
        Urgency.OVER: Concern.CREDENTIAL_OVER,
        Urgency.URGENT: Concern.CREDENTIAL_URGENT,
        Urgency.SOON: Concern.CREDENTIAL_SOON,
    }
    if facts.credential in ends:
        found.append(Reason(ends[facts.credential]))
    return found


def _of_age(facts: Facts, *, now: datetime) -> list[Reason]:
    found = []
    if facts.last_success is None:
        found.append(Reason(Concern.NEVER_READ))
    since = facts.last_success or facts.connected_at
    late = max(facts.every * LATE, LEAST_LATE)
    if facts.every and since is not None and now - since > late:
        found.append(Reason(Concern.OVERDUE))
    if facts.last_run_failed and facts.last_run_failed != facts.error:
        found.append(Reason(Concern.LAST_RUN_FAILED, (facts.last_run_failed,)))
    old = tuple(
        kind
        for kind, at in sorted(facts.seen.items())
        if kind not in facts.not_read and facts.last_success and (at is None or facts.last_success - at > late)
    )
    if old:
        found.append(Reason(Concern.KIND_OLD, old))
    return found
