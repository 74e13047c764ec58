"""The directory's tables, in plain SQL: composite keys, partial and text indexes say more there than in models."""

from pathlib import Path

from django.db import migrations

SCHEMA = Path(__file__).parent.parent / "schema"


class Migration(migrations.Migration):
    dependencies = [("store", "0001_foundations")]

    operations = [
        migrations.RunSQL(
            (SCHEMA / "directory.sql").read_text(encoding="utf-8"),
            "DROP TABLE nesting, grants, qualifier, permission, account; DROP SEQUENCE holder_id;",
        )
    ]
