"""Rights that were given for a time and end by us."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from chamberlain.model.term import Outcome
from chamberlain.store.models.tenant import TenantRow

OPEN = Q(outcome=Outcome.OPEN.value)


class TermRow(models.Model):
    """A right and its end. `look_at`: when to look at it next; `claimed_until`: a job does so."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, db_index=False)
    subject = models.TextField()
    subject_name = models.TextField()
    permission = models.TextField()
    permission_name = models.TextField()
    verb = models.TextField()
    scope = models.TextField(default="/")
    ends = models.DateTimeField()
    given_by = models.BigIntegerField()
    given_at = models.DateTimeField()
    look_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    plan = models.BigIntegerField(null=True)
    late = models.JSONField(null=True)
    task = models.BigIntegerField(null=True)
    outcome = models.TextField(default=Outcome.OPEN.value)
    settled_by = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "term"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["look_at"], name="term_due", condition=OPEN),
            models.Index(fields=["tenant", "permission"], name="term_permission", condition=OPEN),
            models.Index(fields=["tenant", "settled_by"], name="term_settled", condition=Q(settled_by__isnull=False)),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["tenant", "subject", "permission", "verb", "scope"], condition=OPEN, name="term_one_open"
            ),
        ]
