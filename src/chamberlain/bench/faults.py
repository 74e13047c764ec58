"""`chamberlain bench faults`: a tenant that changes while it is read through faults, by a process that is killed.

Each seed is a schedule: which requests fail and how, what changes when, when the process is killed. In the end nothing
changes any more, the faults go on, and what is stored has to equal the truth. A seed that does not is printed; it plays
again with `--seeds N-N`.
"""

import json
import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chamberlain import bootstrap
from chamberlain.bench.apart import apart, is_over
from chamberlain.bench.laboratory import Laboratory
from chamberlain.bench.plants import planted
from chamberlain.bench.simulated import simulated
from chamberlain.settings import Settings

SMALL = {"users": 180, "groups": 60, "memberships": 1_500, "apps": 8}
LARGER = {"users": 1_150, "groups": 80, "memberships": 6_000, "apps": 25}
LARGER_EVERY = 5
RATE = 0.06
REPLICA_LAG_MS = 300
AUDIT_LAG_MS = 150
KILLS = 3
TRIES = 6
LONGEST_LIFE_SECONDS = 0.8
QUIET_SECONDS = 1.0  # longer than replicas and the audit log lag
SYNCS_WHILE_CHANGING = 2
SYNCS_IN_THE_END = 2
PEOPLE_COMPARED = 60
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
    changes: int
    failures: tuple[str, ...]
    differences: tuple[str, ...]


def bench_faults(*, first: int, last: int, plant: str = "") -> dict[str, Any]:
    """Plays the schedules of all seeds from first to last, each in a tenant of its own.

    returns  schedules, equal, failed_seeds, and what happened on the way
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chamberlain-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)  # as root, PostgreSQL runs under another account
        settings = Settings(data=data, log_level="CRITICAL")
        with bootstrap.open_world(settings):
            played = [play(seed, settings=settings, plant=plant) for seed in range(first, last + 1)]
    failed = [one for one in played if not one.equal]
    return {
        "schedules": len(played),
        "equal": len(played) - len(failed),
        "failed_seeds": [one.seed for one in failed],
        "kills": sum(one.kills for one in played),
        "faults": sum(one.faults for one in played),
        "changes": sum(one.changes for one in played),
        "failed_runs": sum(len(one.failures) for one in played),
        "differences": {one.seed: [*one.failures[-2:], *one.differences[:6]] for one in failed},
        "seconds": round(time.monotonic() - began, 1),
        "equal_to_truth": not failed,
    }


def play(seed: int, *, settings: Settings, plant: str = "") -> Played:
    """One schedule, from connecting to the comparison; call it in an open world."""
    sizes = SMALL if seed % LARGER_EVERY else LARGER
    lags = {"replica_lag_ms": REPLICA_LAG_MS, "audit_lag_ms": AUDIT_LAG_MS}
    with simulated(file=None, seed=seed, **sizes, **lags) as tenant, planted(plant):
        pointed = settings.model_copy(update={"login_root": tenant.url, "graph_root": tenant.url})
        return _Schedule(Laboratory(pointed, tenant, sizes["users"]), seed).play()


class _Schedule:
    def __init__(self, lab: Laboratory, seed: int) -> None:
        self._lab = lab
        self._seed = seed
        self._chance = random.Random(seed)  # noqa: S311 - a schedule that plays again, no secret
        self._kills = 0
        self._failures: list[str] = []
        self._changes = 0

    def play(self) -> Played:
        simulator = self._lab.tenant
        tenant_id = self._connect()
        schedule = {"seed": self._seed, "rate": RATE, "retry_after": 1, "slow_ms": 100, "streak": 2}
        simulator.post("/_simulator/schedule", schedule)
        for _ in range(SYNCS_WHILE_CHANGING):
            self._sync(tenant_id, kills=KILLS, changes=True)
        time.sleep(QUIET_SECONDS)
        for _ in range(SYNCS_IN_THE_END):
            self._sync(tenant_id, kills=0, changes=False)
        counted = json.loads(simulator.get("/_simulator/schedule"))
        comparison = self._lab.compare(sample=PEOPLE_COMPARED)
        return Played(
            seed=self._seed,
            equal=comparison.equal,
            kills=self._kills,
            faults=sum(counted["struck"].values()),
            changes=self._changes,
            failures=tuple(self._failures),
            differences=tuple(comparison.examples),
        )

    def _connect(self) -> int:
        """Connects the tenant, with its first run queued; its id."""
        from chamberlain.model.actor import SYSTEM
        from chamberlain.queries.connections import find_tenant

        os.waitpid(apart(self._connect_here), 0)
        return find_tenant(viewer=SYSTEM, slug=self._lab.tenant.tenant_id).id

    def _connect_here(self) -> None:
        from chamberlain.actions.connect_with_secret import connect_with_secret
        from chamberlain.model.actor import SYSTEM

        tenant = self._lab.tenant
        os.environ["CHAMBERLAIN_LOGIN_ROOT"] = os.environ["CHAMBERLAIN_GRAPH_ROOT"] = tenant.url
        connect_with_secret(
            actor=SYSTEM,
            tenant_id=tenant.tenant_id,
            client_id=tenant.own_client_id,
            client_secret=tenant.own_client_secret,
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
        from chamberlain.work.sync_tenant import sync_tenant

        def perform() -> None:
            sync_tenant(lambda _step, deed, *values: deed(*values), run_id=run_id, settings=self._lab.settings)

        for life in range(kills + 1):
            ends_at = time.monotonic() + self._chance.uniform(0.05, LONGEST_LIFE_SECONDS)
            process = apart(perform)
            while not is_over(process):
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
    if run.is_over:
        return None if run.error_code is None else f"{run.error_code} {run.error_data}"
    return "the process that performed it ended by itself"
