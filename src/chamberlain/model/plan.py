"""A plan: ordered steps that change a tenant, with reasons, what was before and what has to be seen after.

Everything in it is plain values, so that msgspec writes it as JSON and reads it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from chamberlain.model.effect import Effect
from chamberlain.model.obstacle import Obstacle
from chamberlain.model.verb import Verb

# What the tenant shows of the one thing that a change touches; its words for each verb: policy/planning/facts.py.
Fact = str | bool | None | tuple[str, ...]
Facts = Mapping[str, Fact]


class SubjectType(StrEnum):
    """Whose access changes."""

    ACCOUNT = "account"
    GROUP = "group"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """Whose access changes: an account, or a group that holds a licence, an application's role, or is in another.

    guid  object id, in small letters; "" for a user who is to be created
    """

    guid: str
    type: SubjectType = SubjectType.ACCOUNT

    @property
    def key(self) -> str:
        """How it is written in texts, for example "group:<guid>"."""
        return f"{self.type.value}:{self.guid}"


@dataclass(frozen=True, slots=True)
class Options:
    """What a verb wants to know besides who and what.

    scope           of a role: the directory scope
    ends            when what is given ends; None: when somebody takes it away
    ends_by_us      whether we have to take it away then, because the tenant has no licence for rights that end
    disabled_plans  of a licence: ids of the service plans that are off; None: as they are, or none
    instead_of      of a swap: the key of the licence that goes
    properties      of a user who is created or updated: Graph's name and value. Never a password. Of a mailbox: what
                    model/mailbox names
    """

    scope: str = "/"
    ends: datetime | None = None
    ends_by_us: bool = False
    disabled_plans: tuple[str, ...] | None = None
    instead_of: str = ""
    properties: Mapping[str, str | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One wish: do this to them.

    permission  the key of what they get or lose (model/observed.key_of); "" where the verb concerns the account alone
    """

    verb: Verb
    subject: Subject
    permission: str = ""
    options: Options = field(default_factory=Options)


class Cause(StrEnum):
    """What asked for a plan."""

    PERSON = "person"
    REQUEST = "request"
    REVIEW = "review"
    EXPIRY = "expiry"
    LEAVING = "leaving"
    JOINING = "joining"
    RECLAIM = "reclaim"
    UNDO = "undo"


class Reason(StrEnum):
    """Why a step is in a plan."""

    ASKED = "asked"
    WAITS = "waits"
    RESTORES = "restores"


@dataclass(frozen=True, slots=True)
class Because:
    """A reason with what it speaks of, for example what it waits for."""

    reason: Reason
    values: Mapping[str, str] = field(default_factory=dict)


class Restorable(StrEnum):
    """Whether what a step did can be put back as it was."""

    WHOLLY = "wholly"
    IN_PART = "in_part"
    NOT = "not"
    NOTHING = "nothing"  # the step takes nothing that could be missed


class ProofKind(StrEnum):
    """What shows that a step happened."""

    GRAPH = "graph"
    EXCHANGE = "exchange"
    NONE = "none"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Proof:
    """What the tenant showed.

    seen   the facts that were read back; empty where nothing can be read
    tries  how often it was looked at until they were so
    """

    kind: ProofKind
    seen: Facts
    at: datetime
    tries: int = 1


class StepState(StrEnum):
    """How far a step is. See STEP_MOVES for what may follow what."""

    WAITING = "waiting"
    INTENDED = "intended"
    CALLED = "called"
    PROVED = "proved"
    NOT_PROVABLE = "not_provable"
    NEEDS_PERSON = "needs_person"
    SKIPPED = "skipped"


STEP_MOVES: dict[StepState, frozenset[StepState]] = {
    StepState.WAITING: frozenset({StepState.INTENDED, StepState.NEEDS_PERSON, StepState.SKIPPED}),
    # intended -> proved: it was so already, or the call had got through before we fell over
    StepState.INTENDED: frozenset(
        {StepState.CALLED, StepState.PROVED, StepState.NOT_PROVABLE, StepState.NEEDS_PERSON, StepState.SKIPPED}
    ),
    # called -> intended: the tenant does not show it, so it is tried again
    StepState.CALLED: frozenset({StepState.PROVED, StepState.NOT_PROVABLE, StepState.INTENDED, StepState.NEEDS_PERSON}),
    # needs a person -> waiting, intended: it is tried again, from the beginning where nothing was sent
    StepState.NEEDS_PERSON: frozenset({StepState.WAITING, StepState.INTENDED, StepState.PROVED, StepState.SKIPPED}),
    StepState.PROVED: frozenset(),
    StepState.NOT_PROVABLE: frozenset(),
    StepState.SKIPPED: frozenset(),
}

DONE_STEPS = frozenset({StepState.PROVED, StepState.NOT_PROVABLE})


class PlanState(StrEnum):
    """How far a plan is. See PLAN_MOVES for what may follow what."""

    PLANNED = "planned"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"  # it ended, and some of its steps did not happen
    REFUSED = "refused"
    STALE = "stale"
    UNDONE = "undone"


PLAN_MOVES: dict[PlanState, frozenset[PlanState]] = {
    PlanState.PLANNED: frozenset({PlanState.APPROVED, PlanState.RUNNING, PlanState.REFUSED, PlanState.STALE}),
    PlanState.APPROVED: frozenset({PlanState.RUNNING, PlanState.REFUSED, PlanState.STALE}),
    PlanState.RUNNING: frozenset({PlanState.PAUSED, PlanState.DONE, PlanState.FAILED, PlanState.STALE}),
    PlanState.PAUSED: frozenset({PlanState.RUNNING, PlanState.FAILED, PlanState.STALE}),
    # done, failed -> running: a person did what was left to them, or wants the rest tried again
    PlanState.DONE: frozenset({PlanState.UNDONE}),
    PlanState.FAILED: frozenset({PlanState.RUNNING, PlanState.DONE, PlanState.UNDONE}),
    PlanState.REFUSED: frozenset(),
    PlanState.STALE: frozenset(),
    PlanState.UNDONE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a plan, and how far it is.

    number          1, 2, ... in the order in which people read them
    subject_name    whom it concerns, and
    permission_name what they get or lose, or whom a change of a mailbox names, as they were called when the plan was
                    made
    after           numbers of the steps that have to be done before it; the others may run beside it
    before          what the tenant showed; None: not read yet
    expected        what it has to show for the step to be done; empty where nothing can be read back
    units           write units that it costs at most; steps that share a request cost less together
    needs           application permissions without which Microsoft refuses it
    """

    number: int
    change: Change
    subject_name: str
    permission_name: str
    after: frozenset[int] = frozenset()
    before: Facts | None = None
    expected: Facts = field(default_factory=dict)
    reasons: tuple[Because, ...] = ()
    effects: tuple[Effect, ...] = ()
    units: int = 1
    needs: tuple[str, ...] = ()
    restorable: Restorable = Restorable.WHOLLY
    state: StepState = StepState.WAITING
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Barred:
    """A change that was asked for and cannot be done, with everything that stands in its way."""

    change: Change
    subject_name: str
    permission_name: str
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A set of changes, ready to be read, approved, run and put back.

    made_by, made_by_name  id and name of the actor (model/actor)
    as_of           of what time the facts are that it was made from
    fingerprint     of the facts that it rests on (policy/planning/fingerprint): another one means the tenant moved
    undo_of         the plan that it puts back
    approval_delay  what plans waited where nobody else could approve them, when it was made; None: it was not noted
    """

    id: int
    tenant_id: int
    cause: Cause
    reason: str
    made_by: str
    made_by_name: str
    made_at: datetime
    as_of: datetime
    fingerprint: str
    state: PlanState
    steps: tuple[Step, ...]
    barred: tuple[Barred, ...] = ()
    undo_of: int | None = None
    approval_delay: timedelta | None = None

    @property
    def units(self) -> int:
        """Write units that it costs at most."""
        return sum(step.units for step in self.steps)

    @property
    def needs(self) -> tuple[str, ...]:
        """Application permissions that it takes."""
        return tuple(sorted({scope for step in self.steps for scope in step.needs}))

    @property
    def subjects(self) -> frozenset[Subject]:
        """Whom it touches."""
        return frozenset(step.change.subject for step in self.steps)
