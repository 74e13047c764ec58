"""What people keep for lists: views, the view a list opens with, columns."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Lower

from chamberlain.store.models.tenant import TenantRow
from chamberlain.store.models.user import User


class ViewRow(models.Model):
    """A saved view. `list` is a ListName; `query` what stands in the URL behind the question mark."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE)
    owner = models.ForeignKey(User, on_delete=models.CASCADE)
    list = models.TextField()
    name = models.TextField()
    query = models.TextField()
    shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "list_view"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint("tenant", "owner", "list", Lower("name"), name="list_view_name")
        ]


class DefaultViewRow(models.Model):
    """The view with which a list opens for one person."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    list = models.TextField()
    view = models.ForeignKey(ViewRow, on_delete=models.CASCADE)

    class Meta:
        db_table = "list_default"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tenant", "user", "list"], name="list_default_once")
        ]


class ColumnsRow(models.Model):
    """The columns that one person chose last for a list, whatever the tenant."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    list = models.TextField()
    columns = models.JSONField()

    class Meta:
        db_table = "list_columns"
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["user", "list"], name="list_columns_once")]
