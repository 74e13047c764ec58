"""What Microsoft refused lately."""

from typing import Any, ClassVar

from django.db import models

from chamberlain.model.refusal import Refusal
from chamberlain.store.models.tenant import TenantRow


class RefusalRow(models.Model):
    """One of the last refusals of a tenant; older ones are removed as newer ones come."""

    id = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey(TenantRow, on_delete=models.CASCADE, db_index=False)
    at = models.DateTimeField()
    code = models.TextField()
    path = models.TextField()
    status = models.IntegerField()
    request_id = models.TextField()

    class Meta:
        db_table = "refusal"
        indexes: ClassVar[list[Any]] = [models.Index(fields=["tenant", "-id"], name="refusal_newest")]

    def value(self) -> Refusal:
        """The refusal as the rest of the house knows it."""
        return Refusal(self.at, self.code, self.path, self.status, self.request_id)
