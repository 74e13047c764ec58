"""What holds a plan back now: the stop, the breaker, and the tenant's guard rails."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import SYSTEM, Actor
from chamberlain.model.carried import Ran
from chamberlain.model.guard import Approval, Guard, Objection, Rails, Standing
from chamberlain.model.obstacle import Hindrance
from chamberlain.model.plan import Plan, PlanState, StepState
from chamberlain.policy.planning.barring import barring
from chamberlain.policy.planning.guards import is_emergency, objections, trips
from chamberlain.policy.planning.windows import is_open, opens_at
from chamberlain.policy.planning.words import say_held_back, say_obstacle
from chamberlain.provision.journal import Failure
from chamberlain.provision.situation import situation_of
from chamberlain.store import halts, plans, roles, steps
from chamberlain.store.connection import transaction
from chamberlain.store.reads import figures

HOUR = timedelta(hours=1)
# What may come into the way of a plan after it was made. Whether a group has a rule by now, Microsoft says.
RISING = frozenset(
    {
        Hindrance.READ_ONLY,
        Hindrance.CAPABILITY_OFF,
        Hindrance.SCOPE_MISSING,
        Hindrance.NEEDS_EXCHANGE,
        Hindrance.MAILBOX_NEEDS_EXCHANGE,
        Hindrance.PROTECTED_ACCOUNT,
        Hindrance.PROTECTED_PERMISSION,
        Hindrance.LAST_GLOBAL_ADMINISTRATOR,
        Hindrance.OURSELVES,
    }
)


def rails_of(tenant_id: int) -> Rails:
    """The tenant's guard rails: as somebody set them, the others as is the standard."""
    return msgspec.convert(halts.rails_of(tenant_id), Rails)


def objections_to(ran: Ran, *, actor: Actor) -> tuple[Objection, ...]:
    """Everything that holds the plan back, if this actor has it carried out now; that it only rehearses does not."""
    plan = ran.plan
    situation = situation_of(tenant_id=plan.tenant_id, changes=[step.change for step in plan.steps])
    approvals = () if ran.approved_at is None else (Approval(ran.approved_by, ran.approved_at),)
    found = objections(
        plan,
        rails=rails_of(plan.tenant_id),
        standing=_standing(plan),
        permissions=situation.permissions,
        approvals=approvals,
        by_administrator=actor.is_in_person,
    )
    return tuple(one for one in found if one.guard is not Guard.SIMULATION)


def held_back(ran: Ran, *, actor: Actor) -> Failure | None:
    """Why the plan may not begin, or go on; None where nothing holds it back."""
    stopped = halted(ran.plan.tenant_id)
    barring = barred(ran)
    if barring is not None:
        return barring
    found = objections_to(ran, actor=actor)
    if stopped is not None and any(one.guard in (Guard.STOPPED, Guard.BREAKER) for one in found):
        return stopped
    if any(one.guard is Guard.NEEDS_SECOND_PERSON for one in found) and len(found) == 1:
        return "plan_needs_approval", {"plan_id": str(ran.plan.id)}
    return ("plan_guarded", {"reasons": told(found)}) if found else None


def barred(ran: Ran) -> Failure | None:
    """What stands in the way of a step now that did not when the plan was made: a choice, a scope, a protection."""
    left = [step for step in ran.plan.steps if step.state is StepState.WAITING]
    changes = [step.change for step in left]
    found = barring(changes, situation=situation_of(tenant_id=ran.plan.tenant_id, changes=changes))
    for place, obstacles in found.items():
        for one in obstacles:
            if one.hindrance in RISING:
                return "plan_barred", {"step": str(left[place].number), "why": say_obstacle(one)[0]}
    return None


def told(found: Sequence[Objection]) -> str:
    """All objections in one line."""
    return " ".join(say_held_back(one) for one in found[:10])


def halted(tenant_id: int) -> Failure | None:
    """Whether somebody, or the breaker, stopped everything that writes to the tenant."""
    found = halts.halts_of(tenant_id)
    if not found:
        return None
    first = found[0]
    if first.is_breaker:
        failed, _, ended = first.reason.partition("/")
        return "breaker_tripped", {"failed": failed, "ended": ended}
    return "writers_halted", {"by": first.by_name, "reason": first.reason}


def watch(ran: Ran) -> "Watch":
    """Over a plan that runs."""
    return Watch(ran.plan, is_emergency(ran.plan, by_administrator=ran.started_in_person))


@dataclass(slots=True)
class Watch:
    """Looks, before anything is sent, whether the plan may go on.

    is_emergency  it passes the breaker and windows
    """

    plan: Plan
    is_emergency: bool
    since: datetime = field(default_factory=clock.now)

    def why_not(self) -> Failure | None:
        """Why nothing more may be sent; None where it may."""
        if plans.state_of(self.plan.id) is not PlanState.RUNNING:
            return plans.pause_of(self.plan.id) or ("plan_stopped", {"plan_id": str(self.plan.id)})
        self._trip()
        why = halted(self.plan.tenant_id)
        if self.is_emergency:
            return None if why is not None and why[0] == "breaker_tripped" else why
        now = clock.now()
        rails = rails_of(self.plan.tenant_id)
        if why is None and not is_open(rails.windows, now=now, zone=rails.zone):
            until = opens_at(rails.windows, now=now, zone=rails.zone)
            outside = Objection(Guard.OUTSIDE_WINDOW, until=until, zone=rails.zone)
            return "plan_guarded", {"reasons": told([outside])}
        return why

    def _trip(self) -> None:
        """Too much goes wrong: nobody writes to the tenant before somebody looked."""
        rails = rails_of(self.plan.tenant_id)
        ended = steps.outcomes_since(tenant_id=self.plan.tenant_id, since=self.since, most=rails.failures_of)
        if not trips(ended, rails=rails):
            return
        counted = f"{ended.count(False)}/{len(ended)}"
        with transaction():
            is_new = halts.halt(
                tenant_id=self.plan.tenant_id, is_breaker=True, reason=counted, by_name=SYSTEM.name, now=clock.now()
            )
            if is_new:
                record(
                    EventName.BREAKER_TRIPPED,
                    actor=SYSTEM,
                    tenant_id=self.plan.tenant_id,
                    subject=f"plan:{self.plan.id}",
                    failed=counted,
                )


def _standing(plan: Plan) -> Standing:
    now = clock.now()
    found = halts.halts_of(plan.tenant_id)
    changed = steps.changed_since(tenant_id=plan.tenant_id, since=now - HOUR, but=plan.id)
    accounts = (subject.partition(":") for subject, _at in changed)
    return Standing(
        now=now,
        people=figures.people(tenant_id=plan.tenant_id)["people"],
        stopped=any(not one.is_breaker for one in found),
        breaker=any(one.is_breaker for one in found),
        simulates=halts.simulates(plan.tenant_id),
        changed=len(changed),
        touched=frozenset(guid for kind, _, guid in accounts if kind == "account"),
        room_at=changed[0][1] + HOUR if changed else None,
        administrators=roles.approvers(tenant_id=plan.tenant_id),
    )
