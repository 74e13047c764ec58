"""What was left to people: lists, and how many tasks are whose."""

from dataclasses import dataclass

from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.model.task import Task, TaskState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, may, require
from chamberlain.store.reads import task_lists
from chamberlain.store.reads.task_lists import AskedTasks

PAGE = 50
MOST_SKIPPED = 100_000


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks. `skip`: how many stand before them; `total`: how many there are."""

    rows: tuple[Task, ...]
    total: int
    skip: int
    counts: dict[TaskState, int]

    @property
    def next(self) -> int | None:
        """Where the next page begins; None on the last one."""
        end = self.skip + len(self.rows)
        return end if end < self.total else None


def count_tasks(*, viewer: Actor, tenant: Tenant) -> int:
    """How many open tasks wait for the viewer: theirs, and those nobody is asked for; 0 for who settles none."""
    if not may(viewer, Deed.SETTLE_TASK, tenant_id=tenant.id):
        return 0
    asked = AskedTasks((TaskState.OPEN,), (viewer.name,), nobodys=True)
    return task_lists.count(asked, tenant_id=tenant.id)


def page_of_tasks(
    *,
    viewer: Actor,
    tenant: Tenant,
    state: TaskState = TaskState.OPEN,
    mine: bool = False,
    plan_id: int | None = None,
    text: str = "",
    skip: int = 0,
) -> TaskPage:
    """Tasks of a tenant, those that are due first on top.

    mine    only the viewer's
    raises  Refused: not_allowed, cursor_malformed
    """
    require(viewer, Deed.SEE_PLANS, tenant_id=tenant.id)
    if not 0 <= skip <= MOST_SKIPPED or (plan_id is not None and plan_id >= 2**63):
        raise Refused("cursor_malformed")
    asked = AskedTasks((state,), (viewer.name,) if mine else (), plan_id=plan_id, text=text)
    return TaskPage(
        rows=task_lists.page(asked, tenant_id=tenant.id, skip=skip, limit=PAGE),
        total=task_lists.count(asked, tenant_id=tenant.id),
        skip=skip,
        counts=task_lists.by_state(tenant_id=tenant.id, states=tuple(TaskState)),
    )
