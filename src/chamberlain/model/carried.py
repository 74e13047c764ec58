"""A plan as it is carried out: what became of it, and of each step."""

from dataclasses import dataclass
from datetime import datetime

from chamberlain.model.plan import Facts, Plan, Step, StepState

# Codes of errors with which Microsoft refused a change for good: nothing happened, and to ask again changes nothing.
REFUSALS = frozenset({"write_not_taken", "write_denied", "premium_missing"})


@dataclass(frozen=True, slots=True)
class Carried:
    """A step, and how it went. `step.before` is what the tenant showed right before the call.

    planned     what the tenant showed when the plan was made
    tries       how often it was sent
    failure     code and data of the last error
    """

    step: Step
    planned: Facts
    tries: int
    failure: tuple[str, dict[str, str]] | None
    intended_at: datetime | None
    called_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ran:
    """A plan, and how it went.

    started_in_person   by somebody with a name, not by us, nor by a script with a token of theirs
    simulated   nothing is written: the connection only rehearses
    pause       code and data of why it does not go on
    moved       what the tenant showed otherwise than the plan assumes: (step number, then, now)
    """

    plan: Plan
    steps: tuple[Carried, ...]
    simulated: bool
    approved_by: str
    approved_by_name: str
    approved_at: datetime | None
    started_by: str
    started_by_name: str
    started_in_person: bool
    started_at: datetime | None
    ended_at: datetime | None
    pause: tuple[str, dict[str, str]] | None
    moved: tuple[tuple[int, Facts, Facts], ...]
    runs: int

    def count(self, *states: StepState) -> int:
        """How many steps are in one of these states."""
        return sum(one.step.state in states for one in self.steps)


@dataclass(frozen=True, slots=True)
class Halt:
    """Nobody writes. tenant_id None: in no tenant at all.

    is_breaker  the engine stopped by itself, because too much went wrong
    """

    tenant_id: int | None
    is_breaker: bool
    reason: str
    by_name: str
    at: datetime
