"""Sync runs: the list, one of them, and starting one."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Path, Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from chamberlain.actions.start_sync import start_sync
from chamberlain.actions.start_sync_once import start_sync_once
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of, visitor_of
from chamberlain.api.paging import USUAL, Limit
from chamberlain.model.api_token import TokenScope
from chamberlain.model.run import Mode, PhaseState, Proof, Run, RunState, Trigger
from chamberlain.queries import connections

router = Router(tags=["runs"])
ROOT = "/tenants/{tenant}/runs"
LARGEST_ID = 2**63 - 1


class PhaseShape(Schema):
    """Progress of one phase."""

    name: str
    state: PhaseState
    done: int
    total: int | None
    added: int
    changed: int
    removed: int
    grants_opened: int
    grants_closed: int
    requests: int
    resource_units: int
    seconds: float | None


class CountShape(Schema):
    """How many objects Microsoft counts, and how many we have."""

    what: str
    microsoft: int
    here: int


class ProofShape(Schema):
    """What was checked after a run."""

    counts: list[CountShape]
    edges_checked: int
    differences: int
    surely_right: float | None


class RunShape(Schema):
    """One sync of one tenant."""

    id: int
    state: RunState
    mode: Mode | None
    trigger: Trigger
    started_by: str
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    requests: int
    resource_units: int
    throttled: int
    error: str | None
    warnings: list[str]
    phases: list[PhaseShape]
    proof: ProofShape | None


class NewRun(Schema):
    """How a sync should read; null: changes where that is possible, everything otherwise."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode | None = None


class Runs(Schema):
    """Runs, newest first."""

    items: list[RunShape]
    next_before: int | None = Field(description="`before` of the next page; null on the last.")


@router.get(ROOT, response=Runs, operation_id="listRuns", **needs(TokenScope.READ_CONNECTIONS))
def list_runs(
    request: HttpRequest,
    *,
    tenant: str,
    limit: Limit = USUAL,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="Runs that are older than this one.")] = None,
) -> dict[str, Any]:
    """Runs, newest first."""
    found = connections.list_runs(
        viewer=viewer_of(request), tenant=tenant_of(request, tenant), limit=limit + 1, before=before
    )
    page = found[:limit]
    return {"items": [run(one) for one in page], "next_before": page[-1].id if len(found) > limit else None}


@router.get(ROOT + "/{run_id}", response=RunShape, operation_id="getRun", **needs(TokenScope.READ_CONNECTIONS))
def get_run(request: HttpRequest, *, tenant: str, run_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]) -> dict[str, Any]:
    """One run with its phases; while it goes on, ask again."""
    return run(connections.find_run(viewer=viewer_of(request), tenant=tenant_of(request, tenant), run_id=run_id))


@router.post(ROOT, response={200: RunShape, 202: RunShape}, operation_id="startRun", **needs(TokenScope.RUN_SYNC))
def start_run(
    request: HttpRequest,
    *,
    tenant: str,
    new: NewRun,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            max_length=255,
            description="The same key again within a day answers with the same run (200), instead of starting another.",
        ),
    ] = None,
) -> Status[dict[str, Any]]:
    """Starts a sync (202). Where one runs already, that is a conflict (409)."""
    visitor, found = visitor_of(request), tenant_of(request, tenant)
    is_new = True
    if idempotency_key is None:
        run_id = start_sync(actor=visitor.actor, tenant=found, trigger=Trigger.PERSON, mode=new.mode)
    else:
        run_id, is_new = start_sync_once(visitor=visitor, tenant=found, mode=new.mode, key=idempotency_key)
    started = connections.find_run(viewer=visitor.actor, tenant=found, run_id=run_id)
    return Status(202 if is_new else 200, run(started))


def run(found: Run) -> dict[str, Any]:
    """A run as the API tells it."""
    return {
        "id": found.id,
        "state": found.state,
        "mode": found.mode,
        "trigger": found.trigger,
        "started_by": found.actor_name,
        "queued_at": found.queued_at,
        "started_at": found.started_at,
        "ended_at": found.ended_at,
        "requests": found.requests,
        "resource_units": found.resource_units,
        "throttled": found.throttled,
        "error": found.error_code,
        "warnings": [code for code, _ in found.warnings],
        "phases": [
            {
                "name": phase.name.value,
                "state": phase.state,
                "done": phase.done,
                "total": phase.total,
                "added": phase.added,
                "changed": phase.changed,
                "removed": phase.removed,
                "grants_opened": phase.opened,
                "grants_closed": phase.closed,
                "requests": phase.requests,
                "resource_units": phase.resource_units,
                "seconds": phase.seconds,
            }
            for phase in found.phases
        ],
        "proof": _proof(found.proof),
    }


def _proof(found: Proof | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "counts": [{"what": one.what, "microsoft": one.theirs, "here": one.ours} for one in found.counts],
        "edges_checked": found.checked,
        "differences": found.differences,
        "surely_right": found.sure,
    }
