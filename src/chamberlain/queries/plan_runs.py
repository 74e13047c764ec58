"""How a plan goes: counted, a page of its steps, what needs a person, what it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass

from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.model.carried import Carried, Halt, Ran
from chamberlain.model.plan import DONE_STEPS, PlanState, StepState
from chamberlain.model.quota import Pause, QuotaUse, Workload
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.queries.quotas import Waits
from chamberlain.store import halts, plans, quota, tenants
from chamberlain.store.reads import plan_runs

PAGE = 50
MOST_URGENT = 10
UNDER_WAY = (StepState.INTENDED, StepState.CALLED)
WRITING = frozenset({Workload.DIRECTORY, Workload.DIRECTORY_WRITES, Workload.EXCHANGE_ADMIN, Workload.MAILBOX})
STARTED = frozenset(
    {PlanState.RUNNING, PlanState.PAUSED, PlanState.DONE, PlanState.FAILED, PlanState.UNDONE, PlanState.STALE}
)
UNDOABLE = frozenset({PlanState.PAUSED, PlanState.DONE, PlanState.FAILED})


@dataclass(frozen=True, slots=True)
class Progress:
    """How a plan goes.

    head       the plan without its steps
    counts     how many steps are in which state
    urgent     the first steps that need a person
    steps      a page of its steps, in their order
    states     which states that page is narrowed to
    next       number after which the next page begins; None on the last one
    tasks      by step: what it left to people
    tasks_left how many of them nobody settled yet
    waits      what it waits for, while it runs
    halts      what holds every writer back
    undone_by  plans that put it back, newest first
    """

    head: Ran
    counts: dict[StepState, int]
    urgent: tuple[Carried, ...]
    steps: tuple[Carried, ...]
    states: tuple[StepState, ...]
    next: int | None
    tasks: dict[int, int]
    tasks_left: int
    waits: Waits
    halts: tuple[Halt, ...]
    undone_by: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many steps it has."""
        return sum(self.counts.values())

    @property
    def proved(self) -> int:
        """Steps that the tenant shows."""
        return self.counts.get(StepState.PROVED, 0)

    @property
    def over(self) -> int:
        """Steps at which nothing more is done by itself."""
        ended = DONE_STEPS | {StepState.SKIPPED, StepState.NEEDS_PERSON}
        return sum(count for state, count in self.counts.items() if state in ended)

    @property
    def is_live(self) -> bool:
        """Whether it goes on by itself."""
        return self.head.plan.state is PlanState.RUNNING

    @property
    def can_go_on(self) -> bool:
        """Whether a person can have what is left carried out."""
        return self.head.plan.state in (PlanState.PAUSED, PlanState.FAILED)

    @property
    def can_be_undone(self) -> bool:
        """Whether it is in a state in which it can be put back."""
        return self.head.plan.state in UNDOABLE and not self.head.simulated


def find_progress(
    *, viewer: Actor, tenant: Tenant, plan_id: int, states: Sequence[StepState] = (), after: int = 0
) -> Progress:
    """How a plan goes now.

    states  which steps the page shows; empty: all
    after   number of the step behind which the page begins
    raises  Refused: not_allowed, cursor_malformed; NotFound("plan_not_found")
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    if not 0 <= after < 2**31:
        raise Refused("cursor_malformed")
    head = plan_runs.head(tenant_id=tenant.id, plan_id=plan_id)
    counts = plan_runs.counts(plan_id)
    urgent = plan_runs.some(plan_id, states=(StepState.NEEDS_PERSON,), limit=MOST_URGENT)
    found = plan_runs.some(plan_id, states=states, after=after, limit=PAGE + 1)
    steps = found[:PAGE]
    return Progress(
        head=head,
        counts=counts,
        urgent=urgent,
        steps=steps,
        states=tuple(states),
        next=steps[-1].step.number if len(found) > PAGE else None,
        tasks=plan_runs.tasks_of_steps(plan_id, [one.step.number for one in (*urgent, *steps)]),
        tasks_left=plan_runs.tasks_left(plan_id),
        waits=_waits(tenant, head, counts),
        halts=halts.halts_of(tenant.id),
        undone_by=plans.undone_by(tenant_id=tenant.id, plan_id=plan_id),
    )


def _waits(tenant: Tenant, head: Ran, counts: dict[StepState, int]) -> Waits:
    """What holds up a plan that runs; only quotas that changes draw on count."""
    if head.plan.state is not PlanState.RUNNING:
        return Waits(worker=False, paused=(), refills=())
    uses = [use for use in _uses(tenant) if use.workload in WRITING]
    untouched = head.runs == 1 and counts.get(StepState.WAITING, 0) == sum(counts.values())
    return Waits(
        worker=untouched,
        paused=tuple(Pause(use.name, use.paused_until) for use in uses if use.paused_until),
        refills=tuple(use for use in uses if use.is_full and not use.paused_until and not untouched),
    )


def _uses(tenant: Tenant) -> tuple[QuotaUse, ...]:
    connection = tenants.connection_of(tenant.id)
    return quota.usage(tenant.id, client_id=connection.client_id) if connection else ()
