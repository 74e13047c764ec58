"""When accounts were last used."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

SCHEMA = Path(__file__).parent.parent / "schema"


class Migration(migrations.Migration):
    """Runs the schema's file."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0018_observing")]

    operations: ClassVar[list[Any]] = [
        migrations.RunSQL(
            (SCHEMA / "activity.sql").read_text(encoding="utf-8"), "DROP TABLE activity_pass; DROP TABLE activity;"
        )
    ]
