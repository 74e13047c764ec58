"""Running totals of runs, which are read at every scrape of the metrics."""

from django.db import models

from chamberlain.store.models.tenant import TenantRow


class TotalRow(models.Model):
    """What all runs of a tenant came to, ever. They only grow."""

    tenant = models.OneToOneField(TenantRow, on_delete=models.CASCADE, primary_key=True)
    succeeded = models.BigIntegerField(default=0, db_default=0)
    failed = models.BigIntegerField(default=0, db_default=0)
    seconds = models.FloatField(default=0, db_default=0)
    requests = models.BigIntegerField(default=0, db_default=0)
    resource_units = models.BigIntegerField(default=0, db_default=0)
    throttled = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "run_total"
