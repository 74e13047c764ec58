"""`chamberlain bench faults`: a tenant that changes while it is read through faults, by a process that is killed.

Each seed is a schedule: which requests fail and how, what changes when, when the process is killed. In the end nothing
changes any more, the faults go on, and what is stored has to equal the truth. A seed that does not is printed; it plays
again with `--seeds N-N`.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections

from chamberlain.bench.laboratory import Laboratory, laboratory
from chamberlain.bench.plants import planted

TENANT = {"users": 1_150, "groups": 60, "memberships": 4_000, "apps": 12}
RATE = 0.06
REPLICA_LAG_MS = 400
AUDIT_LAG_MS = 200
KILLS = 3
TRIES = 6
LONGEST_LIFE_SECONDS = 1.5
QUIET_SECONDS = 1.2  # longer than replicas and the audit log lag
SYNCS_WHILE_CHANGING = 2
SYNCS_IN_THE_END = 2
CHURN = {
    "users": 3,
    "groups": 1,
    "memberships": 6,
    "app_assignments": 1,
    "roles": 1,
    "creates": 1,
    "deletes": 1,
    "licences": 2,
    "owners": 1,
    "eligible": 1,
}


@dataclass(frozen=True, slots=True)
class Played:
    """How a schedule ended."""

    seed: int
    equal: bool
    kills: int
    faults: int
    failures: tuple[str, ...]
    differences: tuple[str, ...]


def bench_faults(*, first: int, last: int, plant: str = "") -> dict[str, Any]:
    """Plays the schedules of all seeds from first to last.

    returns  schedules, equal, failed_seeds, and what happened on the way
    """
    began = time.monotonic()
    played = [play(seed, plant=plant) for seed in range(first, last + 1)]
    failed = [one for one in played if not one.equal]
    return {
        "schedules": len(played),
        "equal": len(played) - len(failed),
        "failed_seeds": [one.seed for one in failed],
        "kills": sum(one.kills for one in played),
        "faults": sum(one.faults for one in played),
        "failed_runs": sum(len(one.failures) for one in played),
        "differences": {one.seed: [*one.failures[-2:], *one.differences[:6]] for one in failed},
        "seconds": round(time.monotonic() - began, 1),
        "equal_to_truth": not failed,
    }


def play(seed: int, *, plant: str = "") -> Played:
    """One schedule, from connecting to the comparison."""
    options = {**TENANT, "seed": seed, "replica_lag_ms": REPLICA_LAG_MS, "audit_lag_ms": AUDIT_LAG_MS}
    with laboratory(**options) as lab, planted(plant):
        return _Schedule(lab, seed).play()


class _Schedule:
    def __init__(self, lab: Laboratory, seed: int) -> None:
        self._lab = lab
        self._seed = seed
        self._chance = random.Random(seed)  # noqa: S311 - a schedule that plays again, no secret
        self._kills = 0
        self._failures: list[str] = []
        self._changes = 0

    def play(self) -> Played:
        from chamberlain.actions.connect_with_secret import connect_with_secret
        from chamberlain.model.actor import SYSTEM

        simulated = self._lab.tenant
        tenant = connect_with_secret(
            actor=SYSTEM,
            tenant_id=simulated.tenant_id,
            client_id=simulated.own_client_id,
            client_secret=simulated.own_client_secret,
        )
        schedule = {"seed": self._seed, "rate": RATE, "retry_after": 1, "slow_ms": 100, "streak": 2}
        simulated.post("/_simulator/schedule", schedule)
        for _ in range(SYNCS_WHILE_CHANGING):
            self._sync(tenant.id, kills=KILLS, changes=True)
        time.sleep(QUIET_SECONDS)
        for _ in range(SYNCS_IN_THE_END):
            self._sync(tenant.id, kills=0, changes=False)
        counted = simulated.delete("/_simulator/schedule")
        comparison = self._lab.compare()
        return Played(
            self._seed,
            comparison.equal,
            self._kills,
            sum(counted.get("struck", {}).values()),
            tuple(self._failures),
            tuple(comparison.examples),
        )

    def _sync(self, tenant_id: int, *, kills: int, changes: bool) -> None:
        """Syncs until a run succeeds; a run that Microsoft's faults fail is followed by another."""
        for _ in range(TRIES):
            error = self._run(_queued_run(tenant_id), kills=kills, changes=changes)
            if error is None:
                return
            self._failures.append(error)

    def _run(self, run_id: int, *, kills: int, changes: bool) -> str | None:
        """Performs a run, killing the process that does and letting another go on; the error it ended with."""
        lives = kills + 1
        for life in range(lives):
            ends_at = time.monotonic() + self._chance.uniform(0.05, LONGEST_LIFE_SECONDS)
            process = _perform_apart(run_id, self._lab)
            while not _is_over(process):
                if life < kills and time.monotonic() > ends_at:
                    os.kill(process, signal.SIGKILL)
                    os.waitpid(process, 0)
                    self._kills += 1
                    break
                if changes:
                    self._change()
                time.sleep(0.02)
            else:
                break
        return _error_of(run_id)

    def _change(self) -> None:
        if self._chance.random() > 0.15:
            return
        self._changes += 1
        what = self._chance.choice(sorted(CHURN))
        wish = {"seed": self._seed * 1_000 + self._changes, what: self._chance.randint(1, CHURN[what])}
        self._lab.tenant.post("/_simulator/churn", wish)


def _queued_run(tenant_id: int) -> int:
    from chamberlain import clock
    from chamberlain.model.run import Trigger
    from chamberlain.store import runs

    latest = runs.latest(tenant_id=tenant_id, limit=1)
    if latest and not latest[0].is_over:
        return latest[0].id
    return runs.create(tenant_id=tenant_id, trigger=Trigger.SCHEDULE, actor_name="bench", now=clock.now())


def _error_of(run_id: int) -> str | None:
    from chamberlain.store import runs

    run = runs.find(tenant_id=runs.tenant_of(run_id), run_id=run_id)
    return None if run.error_code is None else f"{run.error_code} {run.error_data}"


def _is_over(process: int) -> bool:
    return os.waitpid(process, os.WNOHANG)[0] != 0


def _perform_apart(run_id: int, lab: Laboratory) -> int:
    """Performs a run in a process that is forked off, so that killing it costs no start of an interpreter."""
    with _no_connections():
        process = os.fork()
    if process:
        return process
    code = 1
    try:
        from chamberlain.work.sync_tenant import sync_tenant

        sync_tenant(lambda _step, deed, *values: deed(*values), run_id=run_id, settings=lab.settings)
        connections.close_all()
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's may be cleaned up here


@contextmanager
def _no_connections() -> Iterator[None]:
    """Two processes must not speak over one connection."""
    connections.close_all()
    yield
