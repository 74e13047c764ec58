"""Tasks for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chamberlain.errors import Conflict, NotFound
from chamberlain.model.plan import Change
from chamberlain.model.task import TASK_MOVES, Comment, Task, TaskCause, TaskState
from chamberlain.store.models import CommentRow, TaskRow
from chamberlain.store.plan_values import document, failure_of


def make(
    *,
    tenant_id: int,
    plan_id: int | None,
    step: int | None,
    cause: TaskCause,
    change: Change,
    names: tuple[str, str],
    failure: tuple[str, Mapping[str, str]] | None,
    due: datetime,
    now: datetime,
    command: str = "",
) -> int:
    """Keeps a task; where one is open for the step already, that one. Inside a transaction.

    names   of whom it concerns, and of what they get or lose
    """
    if plan_id is not None and step is not None:
        known = TaskRow.objects.filter(plan_id=plan_id, step=step, state=TaskState.OPEN.value).first()
        if known is not None:
            return known.id
    subject_name, permission_name = (document(name) for name in names)
    return TaskRow.objects.create(
        tenant_id=tenant_id,
        plan_id=plan_id,
        step=step,
        cause=cause.value,
        verb=change.verb.value,
        subject=change.subject.key,
        subject_name=subject_name,
        permission=change.permission,
        permission_name=permission_name,
        failure=document(failure),
        command=command,
        due=due,
        made_at=now,
    ).id


def find(*, tenant_id: int, task_id: int) -> Task:
    """One task of a tenant.

    raises  NotFound("task_not_found")
    """
    return value(_row(tenant_id, task_id))


def listing(*, tenant_id: int, states: Sequence[TaskState], limit: int, plan_id: int | None = None) -> tuple[Task, ...]:
    """Tasks of a tenant, those that are due first on top."""
    found = TaskRow.objects.filter(tenant_id=tenant_id, state__in=[one.value for one in states]).defer(
        "evidence_content"
    )
    found = found if plan_id is None else found.filter(plan_id=plan_id)
    return tuple(value(row) for row in found.prefetch_related("comments").order_by("due", "id")[:limit])


def move(*, tenant_id: int, task_id: int, state: TaskState, by_name: str, now: datetime) -> Task:
    """Settles a task. Inside a transaction.

    raises  NotFound("task_not_found"), Conflict("task_settled")
    """
    row = _row(tenant_id, task_id, is_locked=True)
    if state not in TASK_MOVES[TaskState(row.state)]:
        raise Conflict("task_settled", task_id=task_id)
    row.state, row.settled_at, row.settled_by_name = state.value, now, by_name
    row.save(update_fields=["state", "settled_at", "settled_by_name"])
    return value(row)


def assign(*, tenant_id: int, task_id: int, assignee: str, due: datetime | None) -> None:
    """Says who is asked, and until when; None leaves that as it is.

    raises  NotFound("task_not_found")
    """
    row = _row(tenant_id, task_id)
    row.assignee = document(assignee)
    row.due = due or row.due
    row.save(update_fields=["assignee", "due"])


def comment(*, tenant_id: int, task_id: int, by_name: str, text: str, now: datetime) -> None:
    """Keeps what somebody said.

    raises  NotFound("task_not_found")
    """
    row = _row(tenant_id, task_id)
    CommentRow.objects.create(tenant_id=tenant_id, task=row, at=now, by_name=by_name, text=document(text))


def attach(*, tenant_id: int, task_id: int, name: str, content: bytes) -> None:
    """Keeps the file that shows that it was done, in place of one before.

    raises  NotFound("task_not_found")
    """
    row = _row(tenant_id, task_id)
    row.evidence, row.evidence_content = document(name), content
    row.save(update_fields=["evidence", "evidence_content"])


def evidence_of(*, tenant_id: int, task_id: int) -> tuple[str, bytes]:
    """Name and content of the file.

    raises  NotFound("task_not_found"), where there is none too
    """
    row = _row(tenant_id, task_id)
    if row.evidence_content is None:
        raise NotFound("task_not_found", task_id=task_id)
    return row.evidence, bytes(row.evidence_content)


def _row(tenant_id: int, task_id: int, *, is_locked: bool = False) -> TaskRow:
    found = TaskRow.objects.filter(tenant_id=tenant_id, id=task_id)
    row = (found.select_for_update() if is_locked else found).first()
    if row is None:
        raise NotFound("task_not_found", task_id=task_id)
    return row


def value(row: TaskRow) -> Task:
    """A task, with what was said about it."""
    said = sorted(row.comments.all(), key=lambda one: one.id)
    return Task(
        id=row.id,
        tenant_id=row.tenant_id,
        plan_id=row.plan_id,
        step=row.step,
        cause=TaskCause(row.cause),
        verb=row.verb,
        subject=row.subject,
        subject_name=row.subject_name,
        permission=row.permission,
        permission_name=row.permission_name,
        failure=failure_of(row.failure),
        command=row.command,
        assignee=row.assignee,
        due=row.due,
        state=TaskState(row.state),
        made_at=row.made_at,
        settled_at=row.settled_at,
        settled_by_name=row.settled_by_name,
        evidence=row.evidence,
        comments=tuple(Comment(one.at, one.by_name, one.text) for one in said),
    )
