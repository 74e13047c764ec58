"""The audit trail."""

from typing import ClassVar

from django.db import models

from chamberlain.store.models.tenant import TenantRow


class EventRow(models.Model):
    """Something that happened; written in the transaction that made it happen, never changed."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    name = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_name = models.TextField()
    subject = models.TextField()
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "event"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["tenant", "-id"], name="event_tenant")]
