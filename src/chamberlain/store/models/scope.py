"""What a tenant is connected for, and what Microsoft lets us do there."""

from typing import Any, ClassVar

from django.db import models

from chamberlain.model.capability import Held
from chamberlain.store.models.tenant import TenantRow


class ChoiceRow(models.Model):
    """The capabilities that were chosen for a tenant. Without a row it is the standard ones."""

    tenant = models.OneToOneField(TenantRow, on_delete=models.CASCADE, primary_key=True)
    capabilities = models.JSONField(default=list)
    chosen_at = models.DateTimeField()
    chosen_by = models.TextField()

    class Meta:
        db_table = "capability_choice"


class ScopeRow(models.Model):
    """A scope as we saw it: in its latest spell since `since`, gone at `lost_at`."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, db_index=False)
    scope = models.TextField()
    since = models.DateTimeField()
    lost_at = models.DateTimeField(null=True)
    assigned = models.BooleanField(null=True)

    class Meta:
        db_table = "connection_scope"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tenant", "scope"], name="connection_scope_once")
        ]

    def value(self) -> Held:
        """The scope as the rest of the house knows it."""
        return Held(scope=self.scope, since=self.since, lost_at=self.lost_at, assigned=self.assigned)
