"""Consents as intervals: closed, never deleted."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from chamberlain.store.models.tenant import TenantRow


class ConsentRow(models.Model):
    """What one application could do in somebody's name from when to when; another scope is another interval."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, db_index=False)
    microsoft_id = models.TextField()
    client = models.UUIDField()
    client_name = models.TextField()
    resource = models.UUIDField()
    resource_name = models.TextField()
    principal = models.UUIDField(null=True)
    scope = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    last_seen = models.DateTimeField()

    class Meta:
        db_table = "consent"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant", "principal"], name="consent_principal"),
            models.Index(fields=["tenant", "client"], name="consent_client"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["tenant", "microsoft_id"], condition=Q(closed_at=None), name="consent_one_open"
            )
        ]
