"""Versions of accounts and permissions, when they were looked at, where changes are read from next."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

SCHEMA = Path(__file__).parent.parent / "schema"
UNDO = """
    DROP SCHEMA staging CASCADE;
    DROP TABLE last_merge, sync_cursor, coverage, permission_past, account_past;
    DROP TRIGGER end_tenant ON tenant;
    DROP FUNCTION end_tenant;
    ALTER TABLE nesting ADD FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE CASCADE;
    ALTER TABLE grants ADD FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE CASCADE;
    DROP INDEX grants_opened, grants_closed;
    ALTER TABLE grants DROP COLUMN last_seen;
    ALTER TABLE permission DROP COLUMN since;
    ALTER TABLE account DROP COLUMN since;
"""


class Migration(migrations.Migration):
    """Runs the schema's file."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0004_quota")]

    operations: ClassVar[list[Any]] = [migrations.RunSQL((SCHEMA / "history.sql").read_text(encoding="utf-8"), UNDO)]
