"""What people are in Chamberlain, and where."""

from typing import Any, ClassVar

from django.db import models

from chamberlain.model.actor import Role
from chamberlain.store.models.tenant import TenantRow
from chamberlain.store.models.user import User


class RoleRow(models.Model):
    """A role of a person. Taken away, the row goes; the audit trail tells that it was there.

    tenant      where; None: in the whole installation
    permission  key of the permission that an app admin looks after; "" with every other role
    given_by    name of whoever gave it
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, null=True)
    role = models.TextField(choices=[(role.value, role.value) for role in Role])
    permission = models.TextField(default="")
    given_at = models.DateTimeField()
    given_by = models.TextField()

    class Meta:
        db_table = "role_held"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["user", "tenant", "role", "permission"], name="role_held_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(tenant__isnull=False)
                | models.Q(role__in=["administrator", "read_only_administrator", "auditor"]),
                name="role_held_in_tenant",
            ),
        ]
