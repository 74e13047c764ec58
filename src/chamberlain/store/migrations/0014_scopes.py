"""Chosen capabilities, and since when each scope is granted or revoked."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

# What connections have today is known since they were connected, as far as anybody can tell.
CARRY_OVER = """
    INSERT INTO connection_scope (tenant_id, scope, since)
    SELECT tenant_id, scope, connected_at
    FROM connection, jsonb_array_elements_text(scopes) AS scope
"""


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0013_audit")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="ChoiceRow",
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
                ("capabilities", models.JSONField(default=list)),
                ("chosen_at", models.DateTimeField()),
                ("chosen_by", models.TextField()),
            ],
            options={"db_table": "capability_choice"},
        ),
        migrations.CreateModel(
            name="ScopeRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("scope", models.TextField()),
                ("since", models.DateTimeField()),
                ("lost_at", models.DateTimeField(null=True)),
                ("assigned", models.BooleanField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"
                    ),
                ),
            ],
            options={
                "db_table": "connection_scope",
                "constraints": [models.UniqueConstraint(fields=("tenant", "scope"), name="connection_scope_once")],
            },
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
    ]
