"""Plans, their steps, what is left to people, and what holds all writers back."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from chamberlain.model.plan import PlanState, StepState
from chamberlain.model.task import TaskState
from chamberlain.store.models.tenant import TenantRow

OVER = [StepState.PROVED.value, StepState.NOT_PROVABLE.value, StepState.SKIPPED.value]


class PlanRow(models.Model):
    """A plan, and how it goes. `digest` is of its changes: one that was edited by hand is not carried out."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, db_index=False)
    cause = models.TextField()
    reason = models.TextField()
    made_by = models.TextField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()
    as_of = models.DateTimeField()
    fingerprint = models.TextField()
    digest = models.BinaryField(max_length=32)
    state = models.TextField(default=PlanState.PLANNED.value)
    barred = models.JSONField(default=list)
    undo_of = models.BigIntegerField(null=True)
    approval_delay = models.DurationField(null=True)
    simulated = models.BooleanField(default=False)
    approved_by = models.TextField(default="")
    approved_by_name = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    started_by = models.TextField(default="")
    started_by_name = models.TextField(default="")
    started_in_person = models.BooleanField(default=False, db_default=False)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    pause = models.JSONField(null=True)
    moved = models.JSONField(default=list)
    runs = models.IntegerField(default=0)
    request_id = models.TextField(default="")
    holder = models.TextField(default="", db_default="")

    class Meta:
        db_table = "plan"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "-id"], name="plan_newest"),
            models.Index(fields=["tenant", "undo_of"], name="plan_undo", condition=Q(undo_of__isnull=False)),
        ]


class StepRow(models.Model):
    """A step: `content` is as it was planned, the other columns say how it goes."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, db_index=False)
    plan = models.ForeignKey(PlanRow, on_delete=models.CASCADE, db_index=False, related_name="steps")
    number = models.IntegerField()
    subject = models.TextField()
    permission = models.TextField()
    verb = models.TextField()
    content = models.JSONField()
    state = models.TextField(default=StepState.WAITING.value)
    before = models.JSONField(null=True)
    proof = models.JSONField(null=True)
    tries = models.IntegerField(default=0)
    failure = models.JSONField(null=True)
    intended_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "plan_step"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "subject"], name="plan_step_subject"),
            models.Index(fields=["tenant", "ended_at"], name="plan_step_ended"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_step_once"),
        ]


class GuardRow(models.Model):
    """A tenant's guard rails as somebody set them; without a row the standard ones hold."""

    tenant = models.OneToOneField(TenantRow, on_delete=models.CASCADE, primary_key=True)
    rails = models.JSONField(default=dict)
    simulates = models.BooleanField(default=False)
    set_by_name = models.TextField(default="")
    set_at = models.DateTimeField()

    class Meta:
        db_table = "guard"


class HaltRow(models.Model):
    """Nobody writes in the tenant; where there is none, in no tenant at all."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, null=True)
    is_breaker = models.BooleanField(default=False)
    reason = models.TextField(default="")
    by_name = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "writers_halt"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tenant", "is_breaker"], nulls_distinct=False, name="writers_halt_once"),
        ]


class TaskRow(models.Model):
    """Something that only a person can do."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, db_index=False)
    plan = models.ForeignKey(PlanRow, on_delete=models.CASCADE, null=True)
    step = models.IntegerField(null=True)
    cause = models.TextField()
    verb = models.TextField()
    subject = models.TextField()
    subject_name = models.TextField()
    permission = models.TextField()
    permission_name = models.TextField()
    failure = models.JSONField(null=True)
    command = models.TextField(default="")
    assignee = models.TextField(default="")
    due = models.DateTimeField()
    state = models.TextField(default=TaskState.OPEN.value)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by_name = models.TextField(default="")
    evidence = models.TextField(default="")
    evidence_content = models.BinaryField(null=True)

    class Meta:
        db_table = "task"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["tenant", "state", "due"], name="task_due")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["plan", "step"], condition=Q(state=TaskState.OPEN.value), name="task_one_open"
            ),
        ]


class CommentRow(models.Model):
    """What somebody said about a task."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE)
    task = models.ForeignKey(TaskRow, on_delete=models.CASCADE, related_name="comments")
    at = models.DateTimeField()
    by_name = models.TextField()
    text = models.TextField()

    class Meta:
        db_table = "task_comment"
