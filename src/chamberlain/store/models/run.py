"""Sync runs."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from chamberlain.model.run import PhaseName, PhaseState, RunState
from chamberlain.store.models.tenant import TenantRow

OPEN_STATES = [RunState.QUEUED.value, RunState.RUNNING.value]


class RunRow(models.Model):
    """One sync of one tenant; at most one is open per tenant."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE)
    state = models.TextField(default=RunState.QUEUED.value)
    asked = models.TextField(null=True)
    plan = models.JSONField(null=True)
    proof = models.JSONField(null=True)
    trigger = models.TextField()
    actor_name = models.TextField()
    request_id = models.TextField(default="", db_default="")
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    throttled = models.IntegerField(default=0)
    error_code = models.TextField(null=True)
    error_data = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)

    class Meta:
        db_table = "sync_run"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["tenant", "-id"], name="sync_run_tenant")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tenant"], condition=Q(state__in=OPEN_STATES), name="sync_run_one_open")
        ]


class PhaseRow(models.Model):
    """Progress of one phase of a run."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(RunRow, on_delete=models.CASCADE, related_name="phases")
    position = models.SmallIntegerField()
    name = models.TextField(choices=[(name.value, name.value) for name in PhaseName])
    state = models.TextField(default=PhaseState.WAITING.value)
    attempts = models.SmallIntegerField(default=0)
    done = models.IntegerField(default=0)
    total = models.IntegerField(null=True)
    added = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    removed = models.IntegerField(default=0)
    opened = models.IntegerField(default=0)
    closed = models.IntegerField(default=0)
    requests = models.IntegerField(default=0)
    resource_units = models.IntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sync_phase"
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["run", "name"], name="sync_phase_once")]
