"""The audit trail."""

from typing import ClassVar

from django.db import models

from chamberlain.model.entry import Entry
from chamberlain.store.models.tenant import TenantRow
from chamberlain.store.secrets import EncryptedField


class EventRow(models.Model):
    """Something that happened; written in the transaction that made it happen, never changed: the database refuses."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    name = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.TextField()
    actor_name = models.TextField()
    subject = models.TextField()
    channel = models.TextField(default="", db_default="")
    ip = models.TextField(default="", db_default="")
    agent = models.TextField(default="", db_default="")
    request = models.TextField(default="", db_default="")
    reason = models.TextField(default="", db_default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    details = models.JSONField(default=dict)
    stamp = models.TextField(default="", db_default="")

    class Meta:
        db_table = "event"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "-id"], name="event_tenant"),
            models.Index(fields=["actor_id", "-id"], name="event_actor"),
        ]

    def value(self) -> Entry:
        """The entry as the rest of the house knows it."""
        return Entry(
            id=self.id,
            at=self.at,
            name=self.name,
            tenant=self.tenant_id,
            actor_kind=self.actor_kind,
            actor_id=self.actor_id,
            actor_name=self.actor_name,
            subject=self.subject,
            channel=self.channel,
            ip=self.ip,
            agent=self.agent,
            request=self.request,
            reason=self.reason,
            before=self.before,
            after=self.after,
            details=self.details,
            stamp=self.stamp,
        )


class AuditKeyRow(models.Model):
    """The one secret of the audit trail, encrypted."""

    id = models.SmallIntegerField(primary_key=True)
    secret = EncryptedField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "audit_key"
