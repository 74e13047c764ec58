"""Sync runs: making them, moving them, and telling how far they are."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from django.db import IntegrityError, transaction

from chamberlain import clock, logs
from chamberlain.errors import Conflict, NotFound, Unsafe
from chamberlain.model.run import (
    RUN_MOVES,
    Count,
    Mode,
    Phase,
    PhaseName,
    PhaseState,
    Planned,
    Proof,
    ReadingPlan,
    Run,
    RunState,
    Trigger,
    Why,
)
from chamberlain.store import totals
from chamberlain.store.connection import connect
from chamberlain.store.merge import Merged
from chamberlain.store.models import PhaseRow, RunRow, TenantRow
from chamberlain.store.models.run import OPEN_STATES

SECONDS_BETWEEN_REPORTS = 0.5
MOST_ATTEMPTS = 5


def create(*, tenant_id: int, trigger: Trigger, actor_name: str, now: datetime, asked: Mode | None = None) -> int:
    """A queued run with its phases.

    asked   how it should read, where somebody said so
    raises  Conflict("sync_running", run_id=...) when the tenant has an open run
    """
    try:
        with transaction.atomic():
            run = RunRow.objects.create(
                tenant_id=tenant_id,
                trigger=trigger.value,
                actor_name=actor_name,
                request_id=logs.carried().get("request_id", ""),
                queued_at=now,
                asked=asked.value if asked else None,
            )
    except IntegrityError:
        running = RunRow.objects.filter(tenant_id=tenant_id, state__in=OPEN_STATES).values_list("id", flat=True).first()
        raise Conflict("sync_running", run_id=running or 0) from None
    PhaseRow.objects.bulk_create(
        PhaseRow(run=run, position=position, name=name.value) for position, name in enumerate(PhaseName)
    )
    return run.id


def move(run_id: int, state: RunState, *, now: datetime, error: tuple[str, dict[str, str]] | None = None) -> bool:
    """Moves a run along RUN_MOVES; tells whether it moved: a repeated step finds the move made.

    raises  Conflict("run_move_illegal")
    """
    with transaction.atomic():
        row = RunRow.objects.select_for_update().get(id=run_id)
        if row.state == state.value:
            return False
        if state not in RUN_MOVES[RunState(row.state)]:
            raise Conflict("run_move_illegal", run_id=run_id, before=row.state, after=state.value)
        row.state = state.value
        if state is RunState.RUNNING:
            row.started_at = now
        else:
            row.ended_at = now
        if error is not None:
            row.error_code, row.error_data = error
        row.save()
        if row.ended_at is not None:
            totals.add_run(run_id)
        if state is RunState.SUCCEEDED:
            TenantRow.objects.filter(id=row.tenant_id).update(synced_at=now)
    return True


@contextmanager
def told_in_log(run_id: int) -> Iterator[None]:
    """Lines of the log say which run they belong to, for which tenant, and by which request it was asked for."""
    row = RunRow.objects.filter(id=run_id).values_list("tenant_id", "request_id").first()
    tenant_id, request = row or (None, "")
    with logs.carrying(request=request or None, tenant=tenant_id, run=run_id):
        yield


def asked_mode(run_id: int) -> Mode | None:
    """How somebody asked that the run should read."""
    asked = RunRow.objects.filter(id=run_id).values_list("asked", flat=True).get()
    return Mode(asked) if asked else None


def keep_plan(run_id: int, plan: ReadingPlan) -> None:
    """Writes down how the run reads, and what that should cost."""
    RunRow.objects.filter(id=run_id).update(plan=_plan_document(plan))


def keep_proof(run_id: int, proof: Proof) -> None:
    """Writes down what was checked after the run."""
    document = {
        "counts": [[one.what, one.theirs, one.ours] for one in proof.counts],
        "checked": proof.checked,
        "differences": proof.differences,
        "sure": proof.sure,
    }
    RunRow.objects.filter(id=run_id).update(proof=document)


def proofs_since(*, tenant_id: int, since: datetime) -> tuple[int, int]:
    """What the runs since then checked in all: edges read again, and how many of them were wrong."""
    documents = RunRow.objects.filter(tenant_id=tenant_id, ended_at__gte=since, proof__isnull=False).values_list(
        "proof", flat=True
    )
    found = [document for document in documents if document is not None]
    return sum(one["checked"] for one in found), sum(one["differences"] for one in found)


def proved_at(*, tenant_id: int) -> datetime | None:
    """When the newest run with a proof ended."""
    newest = RunRow.objects.filter(tenant_id=tenant_id, proof__isnull=False).order_by("-id").first()
    return newest.ended_at if newest else None


def latest_proved(*, tenant_id: int) -> Run | None:
    """The newest run with a proof."""
    row = (
        RunRow.objects.prefetch_related("phases")
        .filter(tenant_id=tenant_id, proof__isnull=False)
        .order_by("-id")
        .first()
    )
    return None if row is None else _value(row)


def note_merged(run_id: int, merged: Mapping[PhaseName, Merged]) -> None:
    """Writes beside each phase what the merge changed of its kind."""
    for phase, one in merged.items():
        PhaseRow.objects.filter(run_id=run_id, name=phase.value).update(
            added=one.added, changed=one.changed, removed=one.removed, opened=one.opened, closed=one.closed
        )


def warn(run_id: int, warnings: Iterable[tuple[str, dict[str, str]]]) -> None:
    """Adds warnings to a run."""
    with transaction.atomic():
        row = RunRow.objects.select_for_update().get(id=run_id)
        row.warnings = [*row.warnings, *([code, data] for code, data in warnings)]
        row.save(update_fields=["warnings"])


def find(*, tenant_id: int, run_id: int) -> Run:
    """One run of a tenant.

    raises  NotFound("run_not_found")
    """
    row = RunRow.objects.prefetch_related("phases").filter(tenant_id=tenant_id, id=run_id).first()
    if row is None:
        raise NotFound("run_not_found", run_id=run_id)
    return _value(row)


def tenant_of(run_id: int) -> int:
    """The tenant that a run is for.

    raises  NotFound("run_not_found")
    """
    found = RunRow.objects.filter(id=run_id).values_list("tenant_id", flat=True).first()
    if found is None:
        raise NotFound("run_not_found", run_id=run_id)
    return found


def latest(*, tenant_id: int, limit: int, before: int | None = None) -> tuple[Run, ...]:
    """Runs of a tenant, newest first; with `before`, those that are older than this one."""
    rows = RunRow.objects.prefetch_related("phases").filter(tenant_id=tenant_id).order_by("-id")
    rows = rows if before is None else rows.filter(id__lt=before)
    return tuple(_value(row) for row in rows[:limit])


def latest_by_tenant() -> dict[int, Run]:
    """Each tenant's newest run."""
    newest = RunRow.objects.order_by("tenant_id", "-id").distinct("tenant_id")
    return {row.tenant_id: _value(row) for row in newest.prefetch_related("phases")}


def open_since(before: datetime) -> tuple[tuple[int, int], ...]:
    """Open runs that were queued before `before`, as (tenant id, run id)."""
    rows = RunRow.objects.filter(state__in=OPEN_STATES, queued_at__lt=before).order_by("id")
    return tuple(rows.values_list("tenant_id", "id"))


def open_run_queued_at(tenant_id: int) -> datetime | None:
    """When the run that is not over was queued; None where there is none."""
    return RunRow.objects.filter(tenant_id=tenant_id, state__in=OPEN_STATES).values_list("queued_at", flat=True).first()


def open_of(tenant_id: int) -> tuple[int, ...]:
    """The tenant's open run, if there is one."""
    return tuple(RunRow.objects.filter(tenant_id=tenant_id, state__in=OPEN_STATES).values_list("id", flat=True))


def tenants_due(*, before: datetime) -> tuple[int, ...]:
    """Tenants with a connection whose last run of any outcome was queued before `before`, and none is open."""
    recent = RunRow.objects.filter(queued_at__gte=before).values("tenant_id")
    open_now = RunRow.objects.filter(state__in=OPEN_STATES).values("tenant_id")
    rows = TenantRow.objects.filter(connection__isnull=False).exclude(id__in=recent).exclude(id__in=open_now)
    return tuple(rows.values_list("id", flat=True))


def _plan_document(plan: ReadingPlan) -> dict[str, Any]:
    return {
        "mode": plan.mode.value,
        "why": plan.why.value,
        "seconds": plan.seconds,
        "lines": [[one.phase.value, one.way, one.requests, one.resource_units] for one in plan.lines],
    }


def _plan_value(document: dict[str, Any] | None) -> ReadingPlan | None:
    if document is None:
        return None
    lines = tuple(Planned(PhaseName(phase), way, requests, units) for phase, way, requests, units in document["lines"])
    return ReadingPlan(Mode(document["mode"]), Why(document["why"]), lines, document["seconds"])


def _proof_value(document: dict[str, Any] | None) -> Proof | None:
    if document is None:
        return None
    counts = tuple(Count(what, theirs, ours) for what, theirs, ours in document["counts"])
    return Proof(counts, document["checked"], document["differences"], document["sure"])


def _value(row: RunRow) -> Run:
    plan = _plan_value(row.plan)
    phases = tuple(
        Phase(
            name=PhaseName(phase.name),
            state=PhaseState(phase.state),
            done=phase.done,
            total=phase.total,
            added=phase.added,
            changed=phase.changed,
            removed=phase.removed,
            opened=phase.opened,
            closed=phase.closed,
            requests=phase.requests,
            resource_units=phase.resource_units,
            started_at=phase.started_at,
            ended_at=phase.ended_at,
        )
        for phase in row.phases.all()
    )
    return Run(
        id=row.id,
        tenant_id=row.tenant_id,
        state=RunState(row.state),
        mode=plan.mode if plan else None,
        plan=plan,
        proof=_proof_value(row.proof),
        trigger=Trigger(row.trigger),
        actor_name=row.actor_name,
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        requests=sum(phase.requests for phase in phases),
        resource_units=sum(phase.resource_units for phase in phases),
        throttled=row.throttled,
        error_code=row.error_code,
        error_data=row.error_data,
        warnings=tuple((code, data) for code, data in row.warnings),
        phases=phases,
    )


class PhaseReporter:
    """Writes a phase's progress on a connection of its own, at most twice a second, so that everybody can watch.

    An attempt that follows a crash starts its counts anew, except for requests already spent.
    """

    def __init__(self, *, run_id: int, phase: PhaseName) -> None:
        self._run_id = run_id
        self._phase = phase
        self.done = 0
        self.total: int | None = None
        self.requests = 0
        self.resource_units = 0
        self.throttled = 0
        self._reported_at: datetime | None = None

    def __enter__(self) -> Self:
        self._connection = connect(autocommit=True)
        try:
            self._update(
                "attempts = attempts + 1, state = 'running', started_at = %(now)s, ended_at = NULL, done = 0, "
                "total = NULL"
            )
        except Conflict:
            self._connection.close()
            raise
        return self

    def refuse_to_crash_for_ever(self) -> None:
        """Ends a phase whose attempts never end: each of them brought a worker down.

        raises  Unsafe("phase_kept_crashing")
        """
        row = self._connection.execute(
            "SELECT attempts FROM sync_phase WHERE run_id = %s AND name = %s", (self._run_id, self._phase.value)
        ).fetchone()
        attempts = row[0] if row else 0
        if attempts > MOST_ATTEMPTS:
            raise Unsafe("phase_kept_crashing", phase=self._phase.value, attempts=attempts - 1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            with suppress(Conflict):  # nobody watches a run that is over
                self._update("state = 'failed', ended_at = %(now)s, done = %(done)s, total = %(total)s")
                self._spend()
        self._connection.close()

    def expect(self, total: int) -> None:
        """So many items are expected in all.

        raises  Conflict("run_over") once the run was ended by somebody else; so do `advance` and `finish`
        """
        self.total = total
        self._report()

    def advance(self, count: int) -> None:
        """So many more were read."""
        self.done += count
        self._report()

    def finish(self) -> None:
        """The phase is done."""
        self._update("state = 'done', ended_at = %(now)s, done = %(done)s, total = %(done)s")
        self._spend()

    def _report(self) -> None:
        now = clock.now()
        if self._reported_at and (now - self._reported_at).total_seconds() < SECONDS_BETWEEN_REPORTS:
            return
        self._reported_at = now
        self._update("done = %(done)s, total = %(total)s")

    def _spend(self) -> None:
        self._update(
            "requests = requests + %(requests)s, resource_units = resource_units + %(units)s",
            requests=self.requests,
            units=self.resource_units,
        )
        self._connection.execute(
            "UPDATE sync_run SET throttled = throttled + %s WHERE id = %s", (self.throttled, self._run_id)
        )

    def _update(self, assignments: str, **values: Any) -> None:
        done = self._connection.execute(
            f"UPDATE sync_phase p SET {assignments} FROM sync_run r "  # noqa: S608 - constants
            "WHERE r.id = p.run_id AND r.state = ANY (%(open)s) AND p.run_id = %(run)s AND p.name = %(name)s",
            {
                "run": self._run_id,
                "name": self._phase.value,
                "open": list(OPEN_STATES),
                "now": clock.now(),
                "done": self.done,
                "total": self.total,
                **values,
            },
        )
        if done.rowcount == 0:
            raise Conflict("run_over", run_id=self._run_id)
