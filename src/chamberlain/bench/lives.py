"""What carries plans out, and is killed with SIGKILL at points that are drawn: forked stories, workers, a whole house.

A *story* is the function that a worker runs, in a process that does nothing else: it costs least. A *worker* takes
the job out of the durable engine's queue, and the next one takes it over. A *house* is `chamberlain up`: its worker is
killed, and its supervisor starts another one.
"""

import os
import random
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from chamberlain.bench import writes_log
from chamberlain.bench.apart import apart, is_over
from chamberlain.bench.writable import ADMINISTRATOR, Writable
from chamberlain.model.plan import PlanState
from chamberlain.provision.engine import Patience

KILLS = 2
LONGEST_LIFE_SECONDS = 1.2
BEGINS_WITHIN_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 300.0
GREETING = "Chamberlain is at"  # said when every part is ready
ROUND_SECONDS = 0.2  # of a worker; in earnest it looks after the dead every two seconds
OFTEN, RARELY = 0.02, 0.1  # seconds between two looks
# Microsoft's replicas lag for seconds and minutes, the simulator's for a fraction of one: so much less is waited.
QUICK = Patience(proof=(0.0, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0), doubt=(0.0, 0.2, 0.4, 0.6), refusal=(0.0, 0.2, 0.4))


class Lives(Protocol):
    """Carries plans out that were queued, whatever is killed meanwhile."""

    kills: int

    def carry_out(self, plan_ids: Sequence[int]) -> None:
        """Returns when none of them runs any more."""
        ...

    def sync(self) -> None:
        """Reads the tenant.

        raises  RuntimeError where that failed
        """
        ...


@dataclass(slots=True)
class Stories:
    """The story alone, plan by plan."""

    tenant: Writable
    chance: random.Random
    kills: int = 0

    def sync(self) -> None:
        """Reads the tenant in a process of its own."""
        self.tenant.sync()

    def carry_out(self, plan_ids: Sequence[int]) -> None:
        """Kills the process that performs it, and has another one go on."""
        for plan_id in plan_ids:
            self._carry_out(plan_id)

    def _carry_out(self, plan_id: int) -> None:
        from chamberlain.store import plans
        from chamberlain.work.apply_plan import apply_plan

        def perform() -> None:
            apply_plan(
                lambda _step, deed, *values: deed(*values),
                plan_id=plan_id,
                run=plans.find(tenant_id=self.tenant.tenant.id, plan_id=plan_id).runs,
                settings=self.tenant.settings,
                patience=QUICK,
            )

        for life in range(KILLS + 1):
            ends_at = time.monotonic() + self.chance.uniform(0.05, LONGEST_LIFE_SECONDS)
            process = apart(perform)
            while not is_over(process):
                if life < KILLS and time.monotonic() > ends_at:
                    _kill(process)
                    self.kills += 1
                    break
                time.sleep(0.01)
            else:
                return


@dataclass(slots=True)
class Workers:
    """Workers of the durable engine, one after the other. `url` is of the database that has the queue."""

    tenant: Writable
    chance: random.Random
    url: str
    kills: int = 0

    def sync(self) -> None:
        """Reads the tenant in a process of its own, while no worker lives."""
        self.tenant.sync()

    def carry_out(self, plan_ids: Sequence[int]) -> None:
        """Kills the worker some time after it has taken up a plan."""
        for life in range(KILLS + 1):
            lasts = self.chance.uniform(0.0, LONGEST_LIFE_SECONDS) if life < KILLS else None
            if not self._live(plan_ids, lasts=lasts):
                return
            self.kills += 1

    def _live(self, plan_ids: Sequence[int], *, lasts: float | None) -> bool:
        """One worker's life; whether it was killed while it had something to do."""
        begun, begins = os.pipe()
        process = apart(partial(self._work, begins))
        os.close(begins)
        try:
            if not select.select([begun], [], [], BEGINS_WITHIN_SECONDS)[0]:
                raise RuntimeError("the worker did not take the plan up")
            _wait(lambda: not _any_runs(plan_ids), at_most=lasts)
        finally:
            os.close(begun)
            _kill(process)
        return _any_runs(plan_ids)

    def _work(self, begins: int) -> None:
        """What a worker does, with shorter pauses."""
        from chamberlain.actions.apply_plan import PLAN_JOB
        from chamberlain.actions.start_sync import SYNC_JOB
        from chamberlain.jobs import engine
        from chamberlain.work.apply_plan import Do, apply_plan, pause_lost_plans
        from chamberlain.work.sync_tenant import sync_tenant

        def story(do: Do, *, plan_id: int, run: int) -> None:
            os.write(begins, b"b")
            apply_plan(do, plan_id=plan_id, run=run, settings=self.tenant.settings, patience=QUICK)

        engine.SECONDS_BETWEEN_ROUNDS = engine.SECONDS_BETWEEN_LOOKS = ROUND_SECONDS
        sync = partial(sync_tenant, settings=self.tenant.settings)
        worker = engine.Worker(url=self.url, stories={PLAN_JOB: story, SYNC_JOB: sync})
        worker.every_round(partial(pause_lost_plans, is_over=engine.is_over))
        with worker:
            worker.wait()


@dataclass(slots=True)
class House:
    """`chamberlain up`. Its worker is killed between two writes, however many times its supervisor starts it again."""

    tenant: Writable
    chance: random.Random
    supervisor: int
    most_writes: int = 25
    kills: int = 0

    def carry_out(self, plan_ids: Sequence[int]) -> None:
        """Kills the worker after so many writes."""
        for _ in range(KILLS):
            wanted = self._written() + self.chance.randint(0, self.most_writes)
            _wait(lambda wanted=wanted: not _any_runs(plan_ids) or self._written() >= wanted, pause=RARELY)  # type: ignore[misc]
            worker = _worker_of(self.supervisor)
            if not _any_runs(plan_ids):
                return
            if worker is not None:
                os.kill(worker, signal.SIGKILL)
                self.kills += 1
        _wait(lambda: not _any_runs(plan_ids), pause=RARELY)

    def sync(self) -> None:
        """Waits for the sync that follows a plan, which trouble may have touched, and has the worker do another."""
        from chamberlain.actions.start_sync import start_sync
        from chamberlain.model.run import Trigger
        from chamberlain.store import runs

        tenant_id = self.tenant.tenant.id
        _wait(lambda: runs.latest(tenant_id=tenant_id, limit=1)[0].is_over)
        run_id = start_sync(actor=ADMINISTRATOR, tenant=self.tenant.tenant, trigger=Trigger.PERSON)
        _wait(lambda: runs.find(tenant_id=tenant_id, run_id=run_id).is_over)
        if (code := runs.find(tenant_id=tenant_id, run_id=run_id).error_code) is not None:
            raise RuntimeError(code)

    def _written(self) -> int:
        return writes_log.newest(self.tenant.simulator)


@contextmanager
def house(tenant: Writable, chance: random.Random, *, url: str) -> Iterator[House]:
    """A house that is open as long as the context lasts.

    url  of its database
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "CHAMBERLAIN_DATA": str(tenant.settings.data),
        "CHAMBERLAIN_PORT": str(port),
        "CHAMBERLAIN_SYNC_INTERVAL_MINUTES": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "chamberlain.cli", "up"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        # what is killed while it starts for the first time does not start: that is told, and not tried again
        if not any(GREETING in line for line in process.stdout or ()):
            raise RuntimeError("the house did not open")
        yield House(tenant, chance, process.pid)
    finally:
        process.terminate()
        process.wait()


def _worker_of(supervisor: int) -> int | None:
    """The process that works under a supervisor now."""
    try:
        found = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in found}
    except OSError:
        return None
    return next((child for child, command in commands.items() if command.endswith(b"\0worker\0")), None)


def _any_runs(plan_ids: Sequence[int]) -> bool:
    from chamberlain.store import plans

    return any(plans.state_of(one) is PlanState.RUNNING for one in plan_ids)


def _wait(is_so: Callable[[], bool], *, at_most: float | None = None, pause: float = OFTEN) -> None:
    """Until it is so, or for so long.

    raises  RuntimeError where nothing limits it and it takes far too long
    """
    ends_at = time.monotonic() + (ENDS_WITHIN_SECONDS if at_most is None else at_most)
    while not is_so():
        if time.monotonic() > ends_at:
            if at_most is None:
                raise RuntimeError("what was waited for did not happen")
            return
        time.sleep(pause)


def _kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
