"""Rights that were given for a time, where the tenant cannot end them by itself."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

OPEN = models.Q(outcome="open")


class Migration(migrations.Migration):
    """A table of its own: versions before know nothing of it."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0025_own_principal")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="TermRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("subject", models.TextField()),
                ("subject_name", models.TextField()),
                ("permission", models.TextField()),
                ("permission_name", models.TextField()),
                ("verb", models.TextField()),
                ("scope", models.TextField(default="/")),
                ("ends", models.DateTimeField()),
                ("given_by", models.BigIntegerField()),
                ("given_at", models.DateTimeField()),
                ("look_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(null=True)),
                ("plan", models.BigIntegerField(null=True)),
                ("late", models.JSONField(null=True)),
                ("task", models.BigIntegerField(null=True)),
                ("outcome", models.TextField(default="open")),
                ("settled_by", models.BigIntegerField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"
                    ),
                ),
            ],
            options={
                "db_table": "term",
                "indexes": [
                    models.Index(condition=OPEN, fields=["look_at"], name="term_due"),
                    models.Index(condition=OPEN, fields=["tenant", "permission"], name="term_permission"),
                    models.Index(
                        condition=models.Q(settled_by__isnull=False),
                        fields=["tenant", "settled_by"],
                        name="term_settled",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=OPEN,
                        fields=("tenant", "subject", "permission", "verb", "scope"),
                        name="term_one_open",
                    )
                ],
            },
        ),
    ]
