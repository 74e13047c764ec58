"""Indexes and cached figures for very large tenants."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

SCHEMA = Path(__file__).parent.parent / "schema"


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0006_views")]

    operations: ClassVar[list[Any]] = [
        migrations.RunSQL(
            (SCHEMA / "speed.sql").read_text(encoding="utf-8"),
            "DROP TABLE people_figure, tenant_figure; ALTER TABLE account DROP COLUMN cell, DROP COLUMN standing; "
            "CREATE INDEX account_department ON account (tenant_id, department) WHERE gone_at IS NULL; "
            "DROP INDEX account_mail;",
        )
    ]
