"""One schedule: plans are made, carried out through trouble and kills, compared, undone, and compared again."""

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from chamberlain.bench import writes_log
from chamberlain.bench.apart import wait_for
from chamberlain.bench.drift import Others, drift, touched_by_others
from chamberlain.bench.granting import Grants
from chamberlain.bench.lives import Lives
from chamberlain.bench.mailbox_state import TYPE, Fact
from chamberlain.bench.tenant_state import (
    ACCOUNT,
    INHERITED,
    MANAGER,
    UNSEEN,
    State,
    after,
    can_return,
    place_of,
    state_of,
    with_bin,
)
from chamberlain.bench.trouble import Trouble
from chamberlain.bench.wishes import Known, Wishes
from chamberlain.bench.writable import ADMINISTRATOR, Writable
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.carried import Ran
from chamberlain.model.plan import DONE_STEPS, Change, PlanState, Restorable, SubjectType
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.mailbox_obstacles import other_of
from chamberlain.store import plans

TWO_PLANS_SHARE, MEDDLED_SHARE, DRIFT_SHARE, SYNC_SHARE = 0.3, 0.2, 0.3, 0.6
TRIES = 6
TRIES_OF_FAILED = 2  # what the directory itself refuses does not get better
KEPT = 6
Make = Callable[[], None]
NOBODY = Others()


@dataclass(slots=True)
class Played:
    """How a schedule ended.

    repeated  writes that the directory had done before
    unproved  steps that were called done and are not
    left      steps that the directory itself refused; refused: licences that it did not give again
    foretold  mailboxes and licences of which the plan said before it ran that they do not come back by themselves
    replanned  times that a plan was made anew, since the tenant had moved
    touched   facts of the tenant that the plan changed, and how many of them its undo restored
    """

    seed: int
    steps: int = 0
    barred: int = 0
    left: int = 0
    refused: int = 0
    foretold: int = 0
    replanned: int = 0
    kills: int = 0
    faults: int = 0
    repeated: list[str] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)
    touched: int = 0
    restored: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether the tenant was as it ought to be, after the plan and after its undo."""
        return not self.differences and self.steps > 0

    @property
    def is_right(self) -> bool:
        """Whether nothing at all is to be said against it."""
        return self.is_equal and not self.repeated and not self.unproved and self.touched == self.restored


@dataclass(slots=True)
class Schedule:
    """Everything that a seed decides.

    lives    what carries plans out
    deleted  what the tenant was like before some lay in the bin
    """

    tenant: Writable
    seed: int
    chance: random.Random
    lives: Lives
    trouble: Trouble
    deleted: State
    _played: Played = field(init=False)
    _log_from: int = 0
    _meddled: State | None = None

    def __post_init__(self) -> None:
        self._played = Played(self.seed)

    def play(self) -> Played:
        """All of it; what could not be played to its end is no equal."""
        try:
            self._play()
        except (ChamberlainError, RuntimeError, OSError) as error:
            self._played.differences.append(f"broke off: {error!r}")
        self._played.kills, self._played.faults = self.lives.kills, self.trouble.faults
        return self._played

    def _play(self) -> None:
        truth = list(self.tenant.simulator.truth("?effective=0"))
        before = self._state(truth)
        wishes = self._wishes(truth, before)
        makes = [partial(self._plan, one) for one in wishes]
        meddles = self.chance.random() < MEDDLED_SHARE
        ran = self._carry_out(makes, meanwhile=partial(self._meddle, wishes[0]) if meddles else None)
        if ran is not None:
            self._played.steps = sum(len(one.steps) for one in ran)
            self._played.barred = sum(len(one.plan.barred) for one in ran)
            before = before if self._meddled is None else self._meddled
            then = self._compare(ran, before, "plan", kept=self.deleted)
            self._put_back(ran, before, then)

    def _meddle(self, changes: Sequence[Change]) -> None:
        """Somebody else is quicker than the plan."""
        if drift(self.tenant.simulator, changes, chance=self.chance):
            self._meddled = self._state()

    def _wishes(self, truth: Sequence[dict[str, Any]], before: State) -> list[tuple[Change, ...]]:
        """What is wished for; sometimes twice, about the same people."""
        simulator = self.tenant.simulator
        there = {fact[1] for fact in before}
        gone = sorted({fact[1] for fact in self.deleted if fact[0] == ACCOUNT} - there)
        grants = Grants(simulator)
        known = Known(truth, simulator.domain, grants.free_seats(), grants.closed(), self.tenant.mail(), gone)
        first = Wishes(known, chance=self.chance).draw()
        if self.chance.random() >= TWO_PLANS_SHARE:
            return [first]
        people = sorted({one.subject.guid for one in first if one.subject.type is SubjectType.ACCOUNT})
        second = Wishes(known, chance=self.chance, among=people).draw()
        return [first, second] if second else [first]

    def _state(self, truth: Iterable[dict[str, Any]] | None = None) -> State:
        lines = self.tenant.simulator.truth("?effective=0") if truth is None else truth
        return state_of(lines, mail=self.tenant.mail())

    def _put_back(self, ran: Sequence[Ran], before: State, then: State) -> None:
        """Undoes plans, the last one first, whatever somebody else did meanwhile, and whether it was read or not."""
        others, now = Others(), then
        if self.chance.random() < DRIFT_SHARE:
            drift(self.tenant.simulator, [one.step.change for one in ran[0].steps], chance=self.chance)
            now = self._state()
            others = touched_by_others(then, now)
        if self.chance.random() < SYNC_SHARE:
            self.lives.sync()
        denied, foretold = set[Fact](), _foretold(ran)
        for place, one in reversed(tuple(enumerate(ran))):
            back = self._carry_out([partial(self._undo, one.plan.id)])
            if back is None:
                return
            at_first = after(before, _done(ran[:place]), found=then, kept=self.deleted)
            now = self._compare(back, now, "undo", kept=with_bin(at_first, self.deleted), others=others)
            denied |= self._denied(back)

        leaderless = {place_of(fact) for fact in before if fact[0] == MANAGER and fact[2] in others.people}

        def is_ours(fact: Fact) -> bool:
            place = place_of(fact)
            return (
                can_return(fact, before=before) and place not in denied | foretold | leaderless and fact not in others
            )

        touched = set(filter(is_ours, before ^ then))
        self._played.touched, self._played.refused, self._played.foretold = len(touched), len(denied), len(foretold)
        self._played.restored = sum((fact in now) == (fact in before) for fact in touched)
        self._note("undone", *(frozenset(filter(is_ours, state)) for state in (before, now)))

    def _denied(self, backs: Iterable[Ran]) -> set[Fact]:
        """Licences that the directory itself does not give again: their seats are gone, or it would not today."""
        log = writes_log.entries(self.tenant.simulator, after=self._log_from)
        refused = [text for text in writes_log.refusals(log) if "/assignLicense" in text]
        left = [one.step.change for back in backs for one in back.steps if one.step.state not in DONE_STEPS]
        return {
            (change.subject.guid, key)
            for change in left
            for key in (change.permission, change.options.instead_of)
            if key.startswith("licence:") and any(change.subject.guid in text for text in refused)
        }

    def _carry_out(self, makes: Sequence[Make], *, meanwhile: Make | None = None) -> list[Ran] | None:
        """Makes plans and has them carried out, through faults and kills, in the order in which they ended.

        meanwhile  done once all are made, before anything is carried out
        returns    None where that did not end
        """
        self._log_from = writes_log.newest(self.tenant.simulator)
        ended: list[Ran] = []
        self.trouble.begin()
        try:
            for _ in range(TRIES):
                pairs = [(make, self._made(make)) for make in makes]
                if meanwhile is not None and all(ran is not None for _, ran in pairs):
                    meanwhile()
                    meanwhile = None
                found = self._run([ran.plan.id for _, ran in pairs if ran is not None])
                stale = {ran.plan.id for ran in found if _is_aside(ran)}
                ended += [ran for ran in found if ran.plan.id not in stale]
                makes = [make for make, ran in pairs if ran is None or ran.plan.id in stale]
                if not makes:
                    return ended
                if stale:
                    self._read_again()
        finally:
            self.trouble.end()
        self._played.differences.append("no plan could be made that was carried out")
        return None

    def _read_again(self) -> None:
        """As people do who are told that the tenant is another one by now; trouble may keep them from it."""
        self._played.replanned += 1
        with suppress(RuntimeError):
            self.lives.sync()

    def _made(self, make: Make) -> Ran | None:
        if not wait_for(make):
            return None
        newest = plans.latest(tenant_id=self.tenant.tenant.id, limit=1)
        return self._find(newest[0]["id"]) if newest else None

    def _plan(self, wishes: Sequence[Change]) -> None:
        from chamberlain.actions.make_plan import make_plan

        make_plan(
            actor=ADMINISTRATOR,
            tenant=self.tenant.tenant,
            changes=wishes,
            reason="a measurement",
            settings=self.tenant.settings,
        )

    def _undo(self, plan_id: int) -> None:
        from chamberlain.actions.undo_plan import undo_plan

        undo_plan(
            actor=ADMINISTRATOR,
            tenant=self.tenant.tenant,
            plan_id=plan_id,
            reason="a measurement",
            settings=self.tenant.settings,
        )

    def _find(self, plan_id: int) -> Ran:
        return plans.find(tenant_id=self.tenant.tenant.id, plan_id=plan_id)

    def _run(self, plan_ids: Sequence[int]) -> list[Ran]:
        """Applies plans until they are over; one that pauses, or leaves something undone, goes on as people let it."""
        from chamberlain.actions.apply_plan import apply_plan

        open_ids, failed = list(plan_ids), dict.fromkeys(plan_ids, 0)
        for _ in range(TRIES if plan_ids else 0):
            for plan_id in tuple(open_ids):
                try:
                    apply_plan(actor=ADMINISTRATOR, tenant=self.tenant.tenant, plan_id=plan_id)
                except Refused:  # something is in its way by now: another plan is made
                    open_ids.remove(plan_id)
            if open_ids:
                self.lives.carry_out(open_ids)
            states = {plan_id: self._find(plan_id).plan.state for plan_id in open_ids}
            for plan_id, state in states.items():
                failed[plan_id] += state is PlanState.FAILED
            over = {one for one, state in states.items() if state in (PlanState.DONE, PlanState.STALE)}
            open_ids = [one for one in open_ids if one not in over and failed[one] < TRIES_OF_FAILED]
            if not open_ids:
                break
        return [self._find(plan_id) for plan_id in plan_ids]

    def _compare(self, ran: Sequence[Ran], before: State, what: str, *, kept: State, others: Others = NOBODY) -> State:
        """What the tenant is like beside what it ought to be; what is left to people must not have happened."""
        log = writes_log.entries(self.tenant.simulator, after=self._log_from)
        now = self._state()
        self._note(what, after(before, _done(ran), found=now, kept=kept), now)
        self._played.repeated += [f"{what}: again {deed}" for deed in writes_log.repeated(log)]
        self._played.repeated += [f"{what}: twice {deed}" for deed in writes_log.doubled(log)]
        for place, plan in enumerate(ran):
            # what a later plan is about may have changed again
            later = {one.step.change.subject for other in ran[place + 1 :] for one in other.steps}
            for change in _done([plan]):
                if change.subject not in later and not _is_so(change, before, now, kept, log):
                    self._played.unproved.append(f"{what}: called done, and is not: {change}")
        for one in ran:
            self._explain(one, log, what, others=others)
        return now

    def _explain(self, ran: Ran, log: Sequence[dict[str, Any]], what: str, *, others: Others) -> None:
        """A step may be left to people only where the directory itself refused it, or one that it waits for."""
        refused = writes_log.refusals(log)
        left = {one.step.number: one for one in ran.steps if one.step.state not in DONE_STEPS}
        self._played.left += len(left)
        for one in left.values():
            change = one.step.change  # who is to be created has a user name alone
            subject = change.subject.guid or str(change.options.properties["userPrincipalName"])
            is_refused = bool({subject, other_of(change)} & others.people) or any(subject in text for text in refused)
            if not is_refused and not one.step.after & left.keys():
                self._played.differences.append(f"{what}: left undone: {one.step.change} {one.failure} {ran.pause}")

    def _note(self, what: str, wanted: State, found: State) -> None:
        for side, facts in (("missing", wanted - found), ("extra", found - wanted)):
            self._played.differences += [f"{what}: {side} {' '.join(fact)}" for fact in sorted(facts)[:KEPT]]


def _done(ran: Iterable[Ran]) -> list[Change]:
    """What plans call done."""
    return [one.step.change for plan in ran for one in plan.steps if one.step.state in DONE_STEPS]


def _foretold(ran: Iterable[Ran]) -> set[Fact]:
    """What the plan said would not come back: mailboxes that were shared without a licence, and licences of people who
    have no usage location.
    """
    steps = [one.step for plan in ran for one in plan.steps if one.step.state in DONE_STEPS]
    lost = [one.change for one in steps if one.restorable is Restorable.NOT]
    licences = [one for one in lost if one.verb in (Verb.REMOVE_LICENCE, Verb.SWAP_LICENCE)]
    return {
        *((TYPE, one.subject.guid) for one in lost if one.verb is Verb.MAKE_SHARED),
        *((one.subject.guid, key) for one in licences for key in (one.permission, one.options.instead_of)),
    }


def _is_aside(ran: Ran) -> bool:
    """Whether nothing of it was done, and another plan has to be made, since the tenant is another one by now."""
    is_untouched = all(one.intended_at is None for one in ran.steps)
    return ran.plan.state in (PlanState.STALE, PlanState.PLANNED) or (
        is_untouched and ran.plan.state is PlanState.PAUSED
    )


def _is_so(change: Change, before: State, now: State, kept: State, log: Sequence[dict[str, Any]]) -> bool:
    """Whether what is called done is done; what no reading tells is in the log of writes.

    What follows for the members of a group, or for who is led by somebody, is left to the whole: others of the plan may
    have made them leave it, or deleted one of both.
    """
    if change.verb is Verb.REPROCESS_LICENCES:
        return writes_log.was_reprocessed(log, change.subject.guid)
    if change.verb in UNSEEN:
        return writes_log.has_happened(log, UNSEEN[change.verb], change.subject.guid)
    wanted = after(before, [change], found=now, kept=kept)
    follows = {INHERITED, MANAGER} if change.verb in (Verb.RESTORE_USER, Verb.DELETE_USER) else {INHERITED}
    came, went = ({fact for fact in one if fact[0] not in follows} for one in (wanted - before, before - wanted))
    return came <= now and not went & now
