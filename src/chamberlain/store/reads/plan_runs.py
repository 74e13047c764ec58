"""How a plan goes, read in parts: a plan of thousands of steps is looked at every second while it runs."""

from collections.abc import Sequence

from django.db.models import Count, Max

from chamberlain.errors import NotFound
from chamberlain.model.carried import Carried, Ran
from chamberlain.model.plan import StepState
from chamberlain.model.task import TaskState
from chamberlain.store.models import PlanRow, StepRow, TaskRow
from chamberlain.store.plan_values import carried_of, ran_of

UNDER_WAY = [StepState.INTENDED.value, StepState.CALLED.value]


def head(*, tenant_id: int, plan_id: int) -> Ran:
    """A plan without its steps.

    raises  NotFound("plan_not_found")
    """
    row = PlanRow.objects.filter(tenant_id=tenant_id, id=plan_id).first()
    if row is None:
        raise NotFound("plan_not_found", plan_id=plan_id)
    return ran_of(row, ())


def counts(plan_id: int) -> dict[StepState, int]:
    """How many of its steps are in which state; a state without any is missing."""
    found = StepRow.objects.filter(plan_id=plan_id).values_list("state").annotate(count=Count("id")).order_by("state")
    return {StepState(state): count for state, count in found}


def some(plan_id: int, *, states: Sequence[StepState] = (), after: int = 0, limit: int) -> tuple[Carried, ...]:
    """Steps in these states, or in any, behind a number, in their order."""
    found = StepRow.objects.filter(plan_id=plan_id, number__gt=after).order_by("number")
    found = found.filter(state__in=[one.value for one in states]) if states else found
    return tuple(carried_of(row) for row in found[:limit])


def tasks_of_steps(plan_id: int, numbers: Sequence[int]) -> dict[int, int]:
    """By step: the id of the newest task that it left to people, settled or not."""
    found = TaskRow.objects.filter(plan_id=plan_id, step__in=numbers).values_list("step").annotate(newest=Max("id"))
    return {step: task for step, task in found if step is not None}


def tasks_left(plan_id: int) -> int:
    """How many of its tasks nobody has settled."""
    return TaskRow.objects.filter(plan_id=plan_id, state=TaskState.OPEN.value).count()
