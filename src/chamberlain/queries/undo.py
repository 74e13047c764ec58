"""What undoing a plan would bring back, and what it cannot, before anybody asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from chamberlain.model.actor import Actor
from chamberlain.model.carried import Carried, Ran
from chamberlain.model.plan import DONE_STEPS, Change, PlanState, Restorable
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.planning.barring import barring
from chamberlain.policy.planning.restoring import RESTORING
from chamberlain.policy.planning.words import say_obstacle
from chamberlain.provision.situation import situation_of
from chamberlain.provision.undoing import may_have_happened, undoing
from chamberlain.store import plans
from chamberlain.store.reads import permissions

UNDOABLE = frozenset({PlanState.PAUSED, PlanState.DONE, PlanState.FAILED, PlanState.STALE})
UNKNOWN_BEFORE = "What was there before the step was not read, or it would have ended by itself meanwhile."


@dataclass(frozen=True, slots=True)
class Back:
    """One change that puts something back."""

    change: Change
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A step that was done and cannot be put back. `why`: a message id."""

    one: Carried
    why: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """A change that would put something back, and everything that stands in its way now, each with what would help."""

    one: Back
    why: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UndoOffer:
    """What undoing a plan comes to.

    back       what would be planned, in its order
    lost       what stays as it is, though it was done
    in_part    steps that come back in part, each with what of it does
    left       how many steps were never done, or were so before: nothing is to be put back
    barred     what of `back` cannot be done as the tenant is now
    undone_by  plans that put it back, newest first
    """

    ran: Ran
    back: tuple[Back, ...]
    lost: tuple[Lost, ...]
    in_part: tuple[Lost, ...]
    left: int
    barred: tuple[NotNow, ...]
    undone_by: tuple[int, ...]

    @property
    def is_open(self) -> bool:
        """Whether its state lets it be put back now, and there is something to put back."""
        return bool(self.back) and self.ran.plan.state in UNDOABLE and not self.ran.simulated


def offer_undo(*, viewer: Actor, tenant: Tenant, plan_id: int) -> UndoOffer:
    """What undoing a plan would bring back, and what it cannot.

    raises  Refused("not_allowed"), NotFound("plan_not_found")
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    ran = plans.find(tenant_id=tenant.id, plan_id=plan_id)
    found = undoing(ran)
    lost = frozenset(found.lost)
    names = _Names(ran, tenant.id)
    done = [one for one in ran.steps if one.step.state in DONE_STEPS or may_have_happened(one)]
    back = tuple(Back(one, names.who(one), names.what(one.permission)) for one in found.changes)
    return UndoOffer(
        ran=ran,
        back=back,
        barred=_barred(tenant.id, back),
        lost=tuple(Lost(one, _why(one)) for one in done if one.step.number in lost),
        in_part=tuple(
            Lost(one, RESTORING[one.step.change.verb].what)
            for one in done
            if one.step.restorable is Restorable.IN_PART and one.step.number not in lost
        ),
        left=len(ran.steps) - len(done),
        undone_by=plans.undone_by(tenant_id=tenant.id, plan_id=plan_id),
    )


def _barred(tenant_id: int, back: Sequence[Back]) -> tuple[NotNow, ...]:
    changes = [one.change for one in back]
    if not changes:
        return ()
    found = barring(changes, situation=situation_of(tenant_id=tenant_id, changes=changes))
    return tuple(
        NotNow(back[place], tuple(say_obstacle(one) for one in obstacles)) for place, obstacles in sorted(found.items())
    )


def _why(one: Carried) -> str:
    known = RESTORING[one.step.change.verb]
    return known.what if known.restorable in (Restorable.NOT, Restorable.NOTHING) else UNKNOWN_BEFORE


class _Names:
    """What people and permissions of a plan are called; the other licence of a swap is looked up."""

    def __init__(self, ran: Ran, tenant_id: int) -> None:
        self._who = {one.step.change.subject.key: one.step.subject_name for one in ran.steps}
        self._created = {
            str(one.step.proof.seen.get("guid", "")).lower(): one.step.subject_name
            for one in ran.steps
            if one.step.proof is not None and not one.step.change.subject.guid
        }
        self._what = {one.step.change.permission: one.step.permission_name for one in ran.steps}
        self._tenant_id = tenant_id

    def who(self, change: Change) -> str:
        subject = change.subject
        return self._who.get(subject.key) or self._created.get(subject.guid) or subject.guid

    def what(self, key: str) -> str:
        if key and key not in self._what:
            found = permissions.find(tenant_id=self._tenant_id, key=key)
            self._what[key] = str(found["name"]) if found else key
        return self._what.get(key, "")
