"""How runs read: in full or changes only."""

from typing import Any, ClassVar

from django.db import migrations, models

PHASES = ("organisation", "people", "groups", "licences", "roles", "products", "changes", "merge", "proof")


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0007_speed")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("runrow", "asked", models.TextField(null=True)),
        migrations.AddField("runrow", "plan", models.JSONField(null=True)),
        migrations.AddField("runrow", "proof", models.JSONField(null=True)),
        # An open edge is unique by `grants_open`; what else is asked of a permission's edges needs a narrower index.
        migrations.RunSQL(
            "ALTER TABLE grants DROP CONSTRAINT grants_pkey;"
            "CREATE INDEX grants_permission ON grants (tenant_id, permission_id, holder_id)",
            "DROP INDEX grants_permission",
        ),
        migrations.RunSQL("UPDATE sync_phase SET name = 'merge' WHERE name = 'summary'", migrations.RunSQL.noop),
        migrations.AlterField("phaserow", "name", models.TextField(choices=[(name, name) for name in PHASES])),
    ]
