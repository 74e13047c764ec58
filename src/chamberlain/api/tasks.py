"""Tasks: what was left to people."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, Field

from chamberlain.actions.settle_task import assign_task, comment_task, settle_task
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.paging import MOST, Limit
from chamberlain.api.plan_shapes import FailureShape, failure
from chamberlain.api.runs import LARGEST_ID
from chamberlain.model.api_token import TokenScope
from chamberlain.model.task import Task, TaskCause, TaskState
from chamberlain.model.verb import Verb
from chamberlain.queries.plans import find_task, list_tasks

router = Router(tags=["plans"])
ROOT = "/tenants/{tenant}/tasks"

TaskId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class CommentShape(Schema):
    """What somebody said about a task."""

    at: datetime
    by: str
    text: str


class TaskShape(Schema):
    """Something for a person."""

    id: int
    state: TaskState
    cause: TaskCause
    plan: int | None
    step: int | None
    verb: Verb
    who: str
    who_name: str
    what: str
    what_name: str
    failure: FailureShape | None
    command: str = Field(description="What to run elsewhere, where that is known.")
    assignee: str
    due: datetime
    made_at: datetime
    settled_at: datetime | None
    settled_by: str
    evidence: str = Field(description='Name of the file that shows that it was done; "": none.')
    comments: list[CommentShape]


class TaskChange(Schema):
    """What should be different of a task; null: as it is."""

    model_config = ConfigDict(extra="forbid")

    state: TaskState | None = Field(default=None, description="done, or dropped: nobody will do it.")
    assignee: Annotated[str, Field(max_length=200)] | None = None
    due: datetime | None = Field(default=None, description="Only together with `assignee`.")
    comment: Annotated[str, Field(min_length=1, max_length=4000)] | None = None


@router.get(ROOT, response=list[TaskShape], operation_id="listTasks", **needs(TokenScope.READ_PLANS))
def list_all(
    request: HttpRequest,
    *,
    tenant: str,
    state: Annotated[TaskState, Query(description="Tasks in this state.")] = TaskState.OPEN,
    limit: Limit = MOST,
) -> list[dict[str, Any]]:
    """Tasks, those that are due first on top."""
    found = list_tasks(viewer=viewer_of(request), tenant=tenant_of(request, tenant), states=(state,), limit=limit)
    return [task(one) for one in found]


@router.get(ROOT + "/{task_id}", response=TaskShape, operation_id="getTask", **needs(TokenScope.READ_PLANS))
def get(request: HttpRequest, *, tenant: str, task_id: TaskId) -> dict[str, Any]:
    """One task."""
    return task(find_task(viewer=viewer_of(request), tenant=tenant_of(request, tenant), task_id=task_id))


@router.patch(ROOT + "/{task_id}", response=TaskShape, operation_id="changeTask", **needs(TokenScope.SETTLE_TASKS))
def change(request: HttpRequest, *, tenant: str, task_id: TaskId, wanted: TaskChange) -> dict[str, Any]:
    """Gives a task to somebody, comments it, settles it."""
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    if wanted.assignee is not None:
        assign_task(actor=viewer, tenant=found, task_id=task_id, assignee=wanted.assignee, due=wanted.due)
    if wanted.state is not None:
        note = wanted.comment or ""
        settle_task(actor=viewer, tenant=found, task_id=task_id, state=wanted.state, note=note)
    elif wanted.comment is not None:
        comment_task(actor=viewer, tenant=found, task_id=task_id, text=wanted.comment)
    return task(find_task(viewer=viewer, tenant=found, task_id=task_id))


def task(found: Task) -> dict[str, Any]:
    """A task as the API tells it."""
    return {
        "id": found.id,
        "state": found.state,
        "cause": found.cause,
        "plan": found.plan_id,
        "step": found.step,
        "verb": found.verb,
        "who": found.subject,
        "who_name": found.subject_name,
        "what": found.permission,
        "what_name": found.permission_name,
        "failure": failure(found.failure),
        "command": found.command,
        "assignee": found.assignee,
        "due": found.due,
        "made_at": found.made_at,
        "settled_at": found.settled_at,
        "settled_by": found.settled_by_name,
        "evidence": found.evidence,
        "comments": [{"at": one.at, "by": one.by_name, "text": one.text} for one in found.comments],
    }
