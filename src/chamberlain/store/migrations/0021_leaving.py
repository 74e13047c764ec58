"""Tenants that are being forgotten, and what Microsoft refused lately."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0020_outbox")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("tenantrow", "leaving_at", models.DateTimeField(null=True)),
        migrations.AddField("tenantrow", "leaving_by", models.JSONField(null=True)),
        migrations.CreateModel(
            name="RefusalRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("code", models.TextField()),
                ("path", models.TextField()),
                ("status", models.IntegerField()),
                ("request_id", models.TextField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"
                    ),
                ),
            ],
            options={
                "db_table": "refusal",
                "indexes": [models.Index(fields=["tenant", "-id"], name="refusal_newest")],
            },
        ),
    ]
