"""Subscriptions to a tenant's changes, and how they are looked after."""

from typing import Any, ClassVar

from django.db import models

from chamberlain.model.notice import Subscription
from chamberlain.store.models.tenant import TenantRow


class SubscriptionRow(models.Model):
    """A resource that we want to be told of. Only the SHA-256 of what Microsoft has to repeat is kept."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE)
    resource = models.TextField()
    microsoft_id = models.TextField(null=True, unique=True)
    secret_digest = models.BinaryField(max_length=32)
    base = models.TextField()
    client_id = models.TextField()
    expires_at = models.DateTimeField(null=True)
    renew_at = models.DateTimeField(null=True)
    error_code = models.TextField(null=True)
    error_data = models.JSONField(default=dict)

    class Meta:
        db_table = "subscription"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tenant", "resource"], name="subscription_once")
        ]

    def value(self) -> Subscription:
        """The subscription as the rest of the house knows it, without its secret."""
        return Subscription(
            tenant_id=self.tenant_id,
            resource=self.resource,
            microsoft_id=self.microsoft_id,
            base=self.base,
            client_id=self.client_id,
            expires_at=self.expires_at,
            renew_at=self.renew_at,
            error=(self.error_code, self.error_data) if self.error_code else None,
        )


class HearingRow(models.Model):
    """How a tenant is listened to: one row that notices write to, however many come.

    look_at, looked_at, looked_for   when to look after subscriptions again; when that was done, for which address
    failures                         looks in a row that did not get what they wanted
    wake_at                          when a run is to start because of what we heard; empty: nothing was heard since
    later_at                         from when on a run is to start in any case, whatever wakes one before
    woken_at                         when the last such run was started
    """

    tenant = models.OneToOneField(TenantRow, on_delete=models.CASCADE, primary_key=True)
    look_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    looked_for = models.TextField(null=True)
    failures = models.IntegerField(default=0, db_default=0)
    wake_at = models.DateTimeField(null=True)
    later_at = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    heard = models.BigIntegerField(default=0, db_default=0)
    ignored = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "hearing"
