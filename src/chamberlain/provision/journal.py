"""What the engine writes down: in our tables, each time in one transaction with the event and the task that follow."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError
from chamberlain.model.actor import SYSTEM
from chamberlain.model.carried import Carried
from chamberlain.model.plan import Facts, Plan, Proof, Step, StepState
from chamberlain.model.task import TaskCause
from chamberlain.store import plans, steps, tasks
from chamberlain.store.connection import transaction

Failure = tuple[str, dict[str, str]]
DUE_AFTER = timedelta(days=3)
EVENTS = {
    StepState.PROVED: EventName.STEP_PROVED,
    StepState.NOT_PROVABLE: EventName.STEP_DONE,
    StepState.NEEDS_PERSON: EventName.STEP_FAILED,
    StepState.SKIPPED: EventName.STEP_SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step ended. `cause`: why a person has to go on."""

    step: Step
    state: StepState
    proof: Proof | None
    failure: Failure | None = None
    cause: TaskCause = TaskCause.REFUSED


@dataclass(frozen=True, slots=True)
class Journal:
    """Of one plan.

    on_behalf  name of who started it
    token      that it was taken with: nothing is written down once somebody else has it; None: nobody else can
    """

    plan: Plan
    on_behalf: str
    token: str | None = None

    def steps(self) -> tuple[Carried, ...]:
        """All steps, as far as they are."""
        return steps.of(self.plan.id)

    def intend(self, befores: Mapping[int, Facts]) -> None:
        """What will be touched is written down, with what the tenant shows of it."""
        if befores:
            with self._held():
                steps.intend(self.plan.id, befores, now=clock.now())

    def called(self, failures: Mapping[int, Failure | None]) -> None:
        """Microsoft was called; what it said."""
        with self._held():
            steps.called(self.plan.id, failures, now=clock.now())

    def end(self, ended: Sequence[Ended]) -> None:
        """How steps ended, with an event for each, and a task where a person has to go on."""
        now = clock.now()
        with self._held():
            states = {one.step.number: (one.state, one.proof) for one in ended}
            steps.end(self.plan.id, states, now=now)
            known = {one.step.number: one for one in steps.some(self.plan.id, states)}
            for one in ended:
                if one.failure is not None:
                    steps.fail(self.plan.id, one.step.number, one.failure)
                if one.state is StepState.NEEDS_PERSON:
                    self._ask(one)
                self._tell(one, known[one.step.number])

    @contextmanager
    def _held(self) -> Iterator[None]:
        """A transaction in which nobody else has the plan.

        raises  Conflict("plan_taken_over")
        """
        with transaction():
            if self.token is not None:
                plans.require_held(self.plan.id, self.token)
            yield

    def _ask(self, one: Ended) -> None:
        now = clock.now()
        tasks.make(
            tenant_id=self.plan.tenant_id,
            plan_id=self.plan.id,
            step=one.step.number,
            cause=one.cause,
            change=one.step.change,
            names=(one.step.subject_name, one.step.permission_name),
            failure=one.failure,
            due=now + DUE_AFTER,
            now=now,
        )

    def _tell(self, one: Ended, known: Carried) -> None:
        record(
            EVENTS[one.state],
            actor=SYSTEM,
            tenant_id=self.plan.tenant_id,
            subject=one.step.change.subject.key,
            reason=self.plan.reason,
            before=known.step.before or {},
            after=one.proof.seen if one.proof else None,
            plan=self.plan.id,
            step=one.step.number,
            verb=one.step.change.verb.value,
            permission=one.step.change.permission,
            on_behalf_of=self.on_behalf,
            error=one.failure[0] if one.failure else "",
        )


def failure_of(error: ChamberlainError) -> Failure:
    """Code and data of an error, as they are kept."""
    return error.code, {key: str(value) for key, value in error.data.items()}
