"""A sync run and its phases."""

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
    """Phases in the order in which they run."""

    ORGANISATION = "organisation"
    PEOPLE = "people"
    GROUPS = "groups"
    LICENCES = "licences"
    ROLES = "roles"
    PRODUCTS = "products"
    SUMMARY = "summary"


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
class Run:
    """One sync of one tenant. `warnings` are sentences' codes with data, for example a group that vanished."""

    id: int
    tenant_id: int
    state: RunState
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
