"""A sync run: how it reads, what it plans, its phases, what proves it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class RunState(Enum):
    """queued -> running -> succeeded | failed; queued -> failed when it cannot start."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


RUN_MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.FAILED}),
    RunState.RUNNING: frozenset({RunState.SUCCEEDED, RunState.FAILED}),
    RunState.SUCCEEDED: frozenset(),
    RunState.FAILED: frozenset(),
}


class PhaseName(Enum):
    """Phases in the order in which they are told. People to products are read side by side; consents
    by themselves, after the merge.
    """

    ORGANISATION = "organisation"
    PEOPLE = "people"
    GROUPS = "groups"
    LICENCES = "licences"
    ROLES = "roles"
    PRODUCTS = "products"
    CONSENTS = "consents"
    CHANGES = "changes"
    MERGE = "merge"
    PROOF = "proof"


class PhaseState(Enum):
    """waiting -> running -> done | failed."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Trigger(Enum):
    """What started a run."""

    CONNECT = "connect"
    PERSON = "person"
    TERMINAL = "terminal"
    SCHEDULE = "schedule"
    NOTICE = "notice"


class Mode(Enum):
    """How a run reads: everything there is, or what changed since the run before."""

    FULL = "full"
    CHANGES = "changes"


class Why(Enum):
    """Why a run reads as it does."""

    FIRST = "first"
    ASKED = "asked"
    FRESH = "fresh"
    LINK_OLD = "link_old"
    LINK_REFUSED = "link_refused"
    LINK_OF_OTHER_MAKE = "link_of_other_make"
    FULL_DUE = "full_due"


@dataclass(frozen=True, slots=True)
class Planned:
    """What reading one kind is expected to cost; None where nobody can know before the first reading.

    way       in a word: "ranges", "changes", "whole", "one by one", "slice"
    requests  every part of a batch counts
    """

    phase: PhaseName
    way: str
    requests: int | None
    resource_units: int | None


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """How a run reads and what that should cost. `seconds` is what quota, latency and machine together allow."""

    mode: Mode
    why: Why
    lines: tuple[Planned, ...]
    seconds: float | None

    @property
    def requests(self) -> int | None:
        """Requests in all; None while any line is unknown."""
        return _sum([line.requests for line in self.lines])

    @property
    def resource_units(self) -> int | None:
        """Resource units in all; None while any line is unknown."""
        return _sum([line.resource_units for line in self.lines])


def _sum(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


@dataclass(frozen=True, slots=True)
class Phase:
    """Progress of one phase.

    done, total   items read and expected; total None while unknown
    added, changed, removed   accounts or permissions; opened, closed   grants
    """

    name: PhaseName
    state: PhaseState
    done: int
    total: int | None
    added: int
    changed: int
    removed: int
    opened: int
    closed: int
    requests: int
    resource_units: int
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it took; None unless ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Count:
    """How many objects Microsoft counts, and how many we have."""

    what: str
    theirs: int
    ours: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked after a run.

    counts       Microsoft's counts beside ours
    checked      edges of the slice that was read again
    differences  how many of them we had wrong
    sure         the share of edges that is right, with 95 % confidence, from all slices of the last week
    """

    counts: tuple[Count, ...]
    checked: int
    differences: int
    sure: float | None


@dataclass(frozen=True, slots=True)
class Run:
    """One sync of one tenant. `warnings` are sentences' codes with data, for example a group that vanished.

    mode, plan  None until it is decided how to read
    """

    id: int
    tenant_id: int
    state: RunState
    mode: Mode | None
    plan: ReadingPlan | None
    proof: Proof | None
    trigger: Trigger
    actor_name: str
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    requests: int
    resource_units: int
    throttled: int
    error_code: str | None
    error_data: dict[str, str]
    warnings: tuple[tuple[str, dict[str, str]], ...]
    phases: tuple[Phase, ...]

    @property
    def seconds(self) -> float | None:
        """Wall time of the run; None unless ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return not RUN_MOVES[self.state]
