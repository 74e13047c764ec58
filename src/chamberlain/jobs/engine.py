"""The durable engine: runs registered stories, step by step, and takes over those of dead workers.

A finished step is never done again; an unfinished one is, so steps are idempotent. A step whose connection to the
database was cut is tried again. Stories stand in our own tables; the engine only carries them.
"""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import psycopg
from dbos import DBOS, StepOptions, run_dbos_database_migrations

from chamberlain.jobs.life import LOCK_SPACE
from chamberlain.jobs.port import QUEUE, URGENT
from chamberlain.store.connection import connect, fresh_connections, is_passing

log = logging.getLogger(__name__)

APPLICATION_VERSION = "3"  # raised when a story's order of steps changes; old jobs then stay with old workers
SECONDS_BETWEEN_ROUNDS = 2.0
SECONDS_BETWEEN_LOOKS = 0.3
LOOKS_BEFORE_TAKING_OVER = 3  # a worker whose connection was cut shows its life again in its next round
MOST_RECOVERIES = 20
AT_A_TIME = 4
TRIES, FIRST_PAUSE_SECONDS, LONGER_EACH_TIME = 6, 2.0, 2.0  # of a step whose connection was cut: a minute in all

Do = Callable[..., Any]
Story = Callable[..., None]


def migrate(url: str) -> None:
    """Makes or updates the engine's own tables, in the schema `dbos`."""
    run_dbos_database_migrations(_engine_url(url))


def is_over(job: str) -> bool:
    """Whether a job has ended, however, or was never there; call it in a worker."""
    status = DBOS.get_workflow_status(job)
    if status is None or status.status not in ("PENDING", "ENQUEUED", "DELAYED"):
        return True
    # Nobody of this version will ever take up a job that another version began and left.
    return status.status != "PENDING" and status.app_version not in (None, APPLICATION_VERSION)


class Worker:
    """Runs stories until it is closed."""

    def __init__(self, *, url: str, stories: dict[str, Story]) -> None:
        self._executor = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._stop = threading.Event()
        self._rounds: list[Callable[[], None]] = [self._show_life, self._take_over]
        self._found_dead: dict[str, int] = {}
        DBOS(
            config={
                "name": "chamberlain",
                "system_database_url": _engine_url(url),
                "application_version": APPLICATION_VERSION,
                "executor_id": self._executor,
                "run_migrations": False,
                "console_log_level": "WARNING",
                "log_level": "WARNING",
            }
        )
        DBOS.listen_queues([QUEUE, URGENT])
        for name, story in stories.items():
            _register(name, story)

    def every_round(self, deed: Callable[[], None]) -> None:
        """Has `deed` called every two seconds while the worker lives."""
        self._rounds.append(deed)

    def __enter__(self) -> Self:
        self._lock = connect(autocommit=True)
        self._lock.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (LOCK_SPACE, self._executor))
        DBOS.launch()
        for queue in (QUEUE, URGENT):
            DBOS.register_queue(
                queue, partition_concurrency=1, worker_concurrency=AT_A_TIME, polling_interval_sec=SECONDS_BETWEEN_LOOKS
            )
        self._thread = threading.Thread(target=self._go_round, name="rounds", daemon=True)
        self._thread.start()
        log.info("worker %s is ready", self._executor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        DBOS.destroy(workflow_completion_timeout_sec=0)
        self._lock.close()

    def wait(self, seconds: float | None = None) -> bool:
        """Sleeps until `stop` was called, or for so long; tells which."""
        return self._stop.wait(seconds)

    def stop(self) -> None:
        """Asks the worker to end."""
        self._stop.set()

    def _go_round(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_ROUNDS):
            for deed in self._rounds:
                try:
                    with fresh_connections():
                        deed()
                except Exception:
                    log.exception("a periodic deed failed; it is tried again in the next round")

    def _take_over(self) -> None:
        """Resumes jobs whose worker died: its advisory lock can be had in several rounds, so its connection is gone.

        One that lives all the same loses nothing: what it still writes of the job is refused, and whoever resumed the
        job waits for what it reads (store/staging.py).
        """
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        others = {job.executor_id for job in pending if job.executor_id and job.executor_id != self._executor}
        before, self._found_dead = self._found_dead, {}
        for executor in sorted(others):
            with connect(autocommit=True) as connection:
                if not _try_lock(connection, executor):
                    continue
                self._found_dead[executor] = before.get(executor, 0) + 1
                if self._found_dead[executor] >= LOOKS_BEFORE_TAKING_OVER:
                    self._resume_jobs_of(executor)

    def _resume_jobs_of(self, executor: str) -> None:
        """Call it with that worker's lock held: the list is read under it, so that two workers do not both resume."""
        left = DBOS.list_workflows(status="PENDING", executor_id=executor, load_input=False, load_output=False)
        for queue in (URGENT, QUEUE):
            jobs = [job.workflow_id for job in left if (job.queue_name == URGENT) == (queue == URGENT)]
            if jobs:
                log.warning("worker %s died; taking over its jobs: %s", executor, ", ".join(jobs))
                DBOS.resume_workflows(jobs, queue_name=queue)

    def _show_life(self) -> None:
        """Holds on to our own lock: a database that restarts drops it, and others would take us for dead."""
        try:
            self._lock.execute("SELECT 1")
        except psycopg.Error:
            log.warning("the connection that shows our life was lost; making a new one")
            self._lock.close()
            self._lock = connect(autocommit=True)
            self._lock.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (LOCK_SPACE, self._executor))


def _register(name: str, story: Story) -> None:
    def run(**arguments: Any) -> None:
        def do(step: str, deed: Callable[..., Any], *values: Any) -> Any:
            def attempt() -> Any:
                with fresh_connections():
                    return deed(*values)

            options: StepOptions = {
                "name": step,
                "retries_allowed": True,
                "should_retry": is_passing,
                "max_attempts": TRIES,
                "interval_seconds": FIRST_PAUSE_SECONDS,
                "backoff_rate": LONGER_EACH_TIME,
            }
            return DBOS.run_step(options, attempt)

        story(do, **arguments)

    run.__name__ = run.__qualname__ = name
    DBOS.workflow(name=name, max_recovery_attempts=MOST_RECOVERIES)(run)


def _try_lock(connection: "psycopg.Connection[Any]", executor: str) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (LOCK_SPACE, executor)).fetchone()
    return bool(row and row[0])


def _engine_url(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in ("postgresql", "postgres") else url
