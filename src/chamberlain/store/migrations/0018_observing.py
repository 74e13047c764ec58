"""Running totals of runs, and which request a run was asked for by."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

from chamberlain.store.totals import ADD_ALL


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0017_sign_in")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("runrow", "request_id", models.TextField(default="", db_default="")),
        migrations.CreateModel(
            name="TotalRow",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="store.tenantrow",
                    ),
                ),
                ("succeeded", models.BigIntegerField(default=0, db_default=0)),
                ("failed", models.BigIntegerField(default=0, db_default=0)),
                ("seconds", models.FloatField(default=0, db_default=0)),
                ("requests", models.BigIntegerField(default=0, db_default=0)),
                ("resource_units", models.BigIntegerField(default=0, db_default=0)),
                ("throttled", models.BigIntegerField(default=0, db_default=0)),
            ],
            options={"db_table": "run_total"},
        ),
        migrations.RunSQL(ADD_ALL, migrations.RunSQL.noop),
    ]
