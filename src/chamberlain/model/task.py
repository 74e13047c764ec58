"""What only a person can do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TaskState(StrEnum):
    """How a task stands. Values are stable."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class TaskCause(StrEnum):
    """Why a person has to do it."""

    REFUSED = "refused"  # Microsoft refused it
    UNPROVED = "unproved"  # it was taken, and does not show
    BARRED = "barred"  # the engine cannot or must not do it


TASK_MOVES: dict[TaskState, frozenset[TaskState]] = {
    TaskState.OPEN: frozenset({TaskState.DONE, TaskState.DROPPED}),
    TaskState.DONE: frozenset(),
    TaskState.DROPPED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about a task."""

    at: datetime
    by_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something for a person.

    step          number of the step of the plan that it is about
    verb          what is to be done, to whom, and with what
    failure       code and data of what went wrong
    command       what to run elsewhere, where that is known
    assignee      name of who is asked; "": anybody
    evidence      name of the file that shows that it was done; "": none
    """

    id: int
    tenant_id: int
    plan_id: int | None
    step: int | None
    cause: TaskCause
    verb: str
    subject: str
    subject_name: str
    permission: str
    permission_name: str
    failure: tuple[str, dict[str, str]] | None
    command: str
    assignee: str
    due: datetime
    state: TaskState
    made_at: datetime
    settled_at: datetime | None
    settled_by_name: str
    evidence: str
    comments: tuple[Comment, ...]
