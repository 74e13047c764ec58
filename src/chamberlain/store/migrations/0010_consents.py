"""Consents: what applications may do in people's names."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

PHASES = ("organisation", "people", "groups", "licences", "roles", "products", "consents", "changes", "merge", "proof")


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0009_notices")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="ConsentRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("microsoft_id", models.TextField()),
                ("client", models.UUIDField()),
                ("client_name", models.TextField()),
                ("resource", models.UUIDField()),
                ("resource_name", models.TextField()),
                ("principal", models.UUIDField(null=True)),
                ("scope", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("last_seen", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"
                    ),
                ),
            ],
            options={
                "db_table": "consent",
                "indexes": [
                    models.Index(fields=["tenant", "principal"], name="consent_principal"),
                    models.Index(fields=["tenant", "client"], name="consent_client"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("tenant", "microsoft_id"),
                        name="consent_one_open",
                    )
                ],
            },
        ),
        migrations.AlterField("phaserow", "name", models.TextField(choices=[(name, name) for name in PHASES])),
    ]
