"""Tasks as lists show them: without files, filtered, counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from chamberlain.model.task import Task, TaskState
from chamberlain.store import tasks
from chamberlain.store.models import TaskRow


@dataclass(frozen=True, slots=True)
class AskedTasks:
    """Which tasks are meant.

    names    of those who are asked; empty: anybody
    nobodys  also those that nobody is asked for
    text     somewhere in whom or what it concerns
    """

    states: tuple[TaskState, ...]
    names: tuple[str, ...] = ()
    nobodys: bool = False
    plan_id: int | None = None
    text: str = ""


def count(asked: AskedTasks, *, tenant_id: int) -> int:
    """How many there are."""
    return _rows(asked, tenant_id).count()


def page(asked: AskedTasks, *, tenant_id: int, skip: int, limit: int) -> tuple[Task, ...]:
    """Some of them, those that are due first on top; settled ones by when they were."""
    found = _rows(asked, tenant_id).defer("evidence_content").prefetch_related("comments")
    is_open = TaskState.OPEN in asked.states
    ordered = found.order_by("due", "id") if is_open else found.order_by("-settled_at", "-id")
    return tuple(tasks.value(row) for row in ordered[skip : skip + limit])


def by_state(*, tenant_id: int, states: Sequence[TaskState]) -> dict[TaskState, int]:
    """How many a tenant has in each state."""
    return {state: count(AskedTasks((state,)), tenant_id=tenant_id) for state in states}


def _rows(asked: AskedTasks, tenant_id: int) -> "QuerySet[TaskRow]":
    found = TaskRow.objects.filter(tenant_id=tenant_id, state__in=[one.value for one in asked.states])
    if asked.names or asked.nobodys:
        whose = Q(assignee="") if asked.nobodys else Q()
        for name in asked.names:
            whose |= Q(assignee__iexact=name)
        found = found.filter(whose)
    if asked.plan_id is not None:
        found = found.filter(plan_id=asked.plan_id)
    if asked.text:
        found = found.filter(Q(subject_name__icontains=asked.text) | Q(permission_name__icontains=asked.text))
    return found
