"""`chamberlain bench apply`: plans that are carried out through faults, by processes that are killed, and put back.

Each seed chooses a tenant, a mixed plan, which requests fail and how, and when the process is killed. What the tenant
is
like afterwards is compared with what the plan wanted, and after its undo with what was before; what was asked for twice
stands in the simulator's log. Nothing is counted by what the product says. A seed that fails plays again with
`--seeds N-N`.
"""

import json
import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chamberlain import bootstrap
from chamberlain.bench import writes_log
from chamberlain.bench.apart import apart, is_over, wait_for
from chamberlain.bench.granting import Grants
from chamberlain.bench.plants import planted
from chamberlain.bench.tenant_state import UNSEEN, Fact, State, after, state_of
from chamberlain.bench.wishes import Wishes
from chamberlain.bench.writable import ADMINISTRATOR, Writable, writable
from chamberlain.model.carried import Ran
from chamberlain.model.plan import DONE_STEPS, Change, PlanState
from chamberlain.provision.engine import Patience
from chamberlain.settings import Settings

SIZES: dict[str, Any] = {"users": 120, "groups": 40, "memberships": 700, "apps": 6}
RATE = 0.03
KINDS = (
    "throttled",
    "throttled_silently",
    "server_error",
    "reset",
    "reset_in_body",
    "truncated",
    "not_json",
    "slow",
    "expired_token",
    "shuffled",
    "lag",
    "reset_after",
    "stalled_after",
    "server_error_after",
)
LAG_MS = 300
AUDIT_LAG_MS = 100
QUIET_SECONDS = 0.5  # longer than replicas and the audit log lag
KILLS = 2
LONGEST_LIFE_SECONDS = 1.2
# Microsoft's replicas lag for seconds and minutes, the simulator's for a fraction of one: so much less is waited.
QUICK = Patience(proof=(0.0, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0), doubt=(0.0, 0.2, 0.4, 0.6), refusal=(0.0, 0.2, 0.4))
TRIES = 6
TRIES_OF_FAILED = 2  # what the directory itself refuses does not get better
KEPT = 6


@dataclass(slots=True)
class Played:
    """How a schedule ended.

    repeated  writes that the directory had done before
    unproved  steps that were called done and are not
    left      steps that the directory itself refused; refused: licences that it did not give again
    touched   facts of the tenant that the plan changed, and how many of them its undo restored
    """

    seed: int
    steps: int = 0
    barred: int = 0
    left: int = 0
    refused: int = 0
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


def bench_apply(*, first: int, last: int, plant: str = "") -> dict[str, Any]:
    """Plays all seeds from first to last, each in a tenant of its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chamberlain-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)  # as root, PostgreSQL runs under another account
        settings = Settings(data=data, log_level="CRITICAL")
        with bootstrap.open_world(settings):
            played = [play(seed, settings=settings, plant=plant) for seed in range(first, last + 1)]
    failed = [one for one in played if not one.is_right]
    touched = sum(one.touched for one in played)
    return {
        "runs": len(played),
        "equal": sum(one.is_equal for one in played),
        "repeated_writes": sum(len(one.repeated) for one in played),
        "unproved_done": sum(len(one.unproved) for one in played),
        "undo_restored_share": round(sum(one.restored for one in played) / touched, 6) if touched else None,
        "failed_seeds": [one.seed for one in failed],
        "steps": sum(one.steps for one in played),
        "barred": sum(one.barred for one in played),
        "licences_refused": sum(one.refused for one in played),
        "left_to_people": sum(one.left for one in played),
        "kills": sum(one.kills for one in played),
        "faults": sum(one.faults for one in played),
        "differences": {one.seed: [*one.differences, *one.repeated, *one.unproved][:KEPT] for one in failed},
        "seconds": round(time.monotonic() - began, 1),
        "right": not failed,
    }


def play(seed: int, *, settings: Settings, plant: str = "") -> Played:
    """One schedule; call it in an open world."""
    with writable(settings, seed=seed, audit_lag_ms=AUDIT_LAG_MS, **SIZES) as tenant, planted(plant):
        return _Schedule(tenant, seed).play()


class _Schedule:
    def __init__(self, tenant: Writable, seed: int) -> None:
        self._tenant = tenant
        self._chance = random.Random(seed)  # noqa: S311 - a schedule that plays again, no secret
        self._played = Played(seed)

    def play(self) -> Played:
        truth = list(self._tenant.simulator.truth("?effective=0"))
        before = state_of(truth)
        simulator = self._tenant.simulator
        seats = Grants(simulator).free_seats()
        wishes = Wishes(truth, chance=self._chance, domain=simulator.domain, free_seats=seats).draw()
        ran = self._carry_out(lambda: self._plan(wishes))
        if ran is None:
            return self._played
        self._played.steps, self._played.barred = len(ran.steps), len(ran.plan.barred)
        then = self._compare(ran, before, "plan")
        self._tenant.sync()
        back = self._carry_out(lambda: self._undo(ran.plan.id))
        if back is None:
            return self._played
        now = self._compare(back, then, "undo", kept=before)
        denied = self._denied(back)
        touched = {fact for fact in before ^ then if fact[1:3] not in denied}
        self._played.touched, self._played.refused = len(touched), len(denied)
        self._played.restored = sum((fact in now) == (fact in before) for fact in touched)
        self._note("undone", *(frozenset(fact for fact in one if fact[1:3] not in denied) for one in (before, now)))
        return self._played

    def _denied(self, back: Ran) -> set[Fact]:
        """Licences that the directory itself does not give again: their seats are gone, or it would not today."""
        log = writes_log.entries(self._tenant.simulator, after=self._log_from)
        refused = [text for text in writes_log.refusals(log) if "/assignLicense" in text]
        left = [one.step.change for one in back.steps if one.step.state not in DONE_STEPS]
        return {
            (change.subject.guid, key)
            for change in left
            for key in (change.permission, change.options.instead_of)
            if key.startswith("licence:") and any(change.subject.guid in text for text in refused)
        }

    def _carry_out(self, make: Callable[[], None]) -> Ran | None:
        """Makes a plan and has it carried out, through faults and kills; None where that did not end."""
        self._log_from = writes_log.newest(self._tenant.simulator)
        self._trouble(begins=True)
        try:
            for _ in range(TRIES):
                ran = self._made(make)
                ran = ran and self._run(ran)
                if ran is not None and ran.plan.state is not PlanState.STALE:
                    return ran
        finally:
            self._trouble(begins=False)
        self._played.differences.append("no plan could be made that was carried out")
        return None

    def _trouble(self, *, begins: bool) -> None:
        simulator = self._tenant.simulator
        if begins:
            schedule = {"rate": RATE, "kinds": KINDS, "streak": 2, "retry_after": 1, "slow_ms": 50, "stall_ms": 200}
            simulator.post("/_simulator/knobs", {"replica_lag_ms": LAG_MS})
            simulator.post("/_simulator/schedule", {**schedule, "seed": self._played.seed, "lag_ms": LAG_MS})
            return
        counted = json.loads(simulator.get("/_simulator/schedule"))
        self._played.faults += sum(counted["struck"].values())
        simulator.delete("/_simulator/schedule")
        simulator.post("/_simulator/knobs", {"replica_lag_ms": 0})
        time.sleep(QUIET_SECONDS)

    def _made(self, make: Callable[[], None]) -> Ran | None:
        from chamberlain.store import plans

        if not wait_for(make):
            return None
        newest = plans.latest(tenant_id=self._tenant.tenant.id, limit=1)
        return self._find(newest[0]["id"]) if newest else None

    def _plan(self, wishes: Sequence[Change]) -> None:
        from chamberlain.actions.make_plan import make_plan

        make_plan(
            actor=ADMINISTRATOR,
            tenant=self._tenant.tenant,
            changes=wishes,
            reason="a measurement",
            settings=self._tenant.settings,
        )

    def _undo(self, plan_id: int) -> None:
        from chamberlain.actions.undo_plan import undo_plan

        undo_plan(
            actor=ADMINISTRATOR,
            tenant=self._tenant.tenant,
            plan_id=plan_id,
            reason="a measurement",
            settings=self._tenant.settings,
        )

    def _find(self, plan_id: int) -> Ran:
        from chamberlain.store import plans

        return plans.find(tenant_id=self._tenant.tenant.id, plan_id=plan_id)

    def _run(self, ran: Ran) -> Ran:
        """Applies a plan until it is over; one that pauses, or leaves something undone, goes on as people let it."""
        from chamberlain.actions.apply_plan import apply_plan

        failed = 0
        for _ in range(TRIES):
            apply_plan(actor=ADMINISTRATOR, tenant=self._tenant.tenant, plan_id=ran.plan.id)
            self._perform(ran.plan.id)
            ran = self._find(ran.plan.id)
            failed += ran.plan.state is PlanState.FAILED
            if ran.plan.state in (PlanState.DONE, PlanState.STALE) or failed == TRIES_OF_FAILED:
                break
        return ran

    def _perform(self, plan_id: int) -> None:
        """Kills the process that carries it out, and has another one go on."""
        from chamberlain.work.apply_plan import apply_plan

        def perform() -> None:
            apply_plan(
                lambda _step, deed, *values: deed(*values),
                plan_id=plan_id,
                run=1,
                settings=self._tenant.settings,
                patience=QUICK,
            )

        for life in range(KILLS + 1):
            ends_at = time.monotonic() + self._chance.uniform(0.05, LONGEST_LIFE_SECONDS)
            process = apart(perform)
            while not is_over(process):
                if life < KILLS and time.monotonic() > ends_at:
                    os.kill(process, signal.SIGKILL)
                    os.waitpid(process, 0)
                    self._played.kills += 1
                    break
                time.sleep(0.01)
            else:
                return

    def _state(self) -> State:
        return state_of(self._tenant.simulator.truth("?effective=0"))

    def _compare(self, ran: Ran, before: State, what: str, *, kept: State = frozenset()) -> State:
        """What the tenant is like beside what it ought to be; what is left to people must not have happened."""
        log = writes_log.entries(self._tenant.simulator, after=self._log_from)
        now = self._state()
        done = [one.step.change for one in ran.steps if one.step.state in DONE_STEPS]
        self._note(what, after(before, done, found=now, kept=kept), now)
        self._played.repeated += [f"{what}: again {deed}" for deed in writes_log.repeated(log)]
        self._played.repeated += [f"{what}: twice {deed}" for deed in writes_log.doubled(log)]
        for change in done:
            if not _is_so(change, before, now, kept, log):
                self._played.unproved.append(f"{what}: called done, and is not: {change}")
        self._explain(ran, log, what)
        return now

    def _explain(self, ran: Ran, log: Sequence[dict[str, Any]], what: str) -> None:
        """A step may be left to people only where the directory itself refused it, or one that it waits for."""
        refused = writes_log.refusals(log)
        left = {one.step.number: one for one in ran.steps if one.step.state not in DONE_STEPS}
        self._played.left += len(left)
        for one in left.values():
            is_refused = any(one.step.change.subject.guid in text for text in refused)
            if not is_refused and not one.step.after & left.keys():
                self._played.differences.append(f"{what}: left undone: {one.step.change} {one.failure} {ran.pause}")

    def _note(self, what: str, wanted: State, found: State) -> None:
        for side, facts in (("missing", wanted - found), ("extra", found - wanted)):
            self._played.differences += [f"{what}: {side} {' '.join(fact)}" for fact in sorted(facts)[:KEPT]]


def _is_so(change: Change, before: State, now: State, kept: State, log: Sequence[dict[str, Any]]) -> bool:
    """Whether what is called done is done; what no reading tells is in the log of writes."""
    if change.verb in UNSEEN:
        return writes_log.has_happened(log, UNSEEN[change.verb], change.subject.guid)
    wanted = after(before, [change], found=now, kept=kept)
    return wanted - before <= now and not (before - wanted) & now
