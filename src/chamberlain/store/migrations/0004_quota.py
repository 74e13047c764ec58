"""What is spent of Microsoft's quotas, shared by every process."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

SCHEMA = Path(__file__).parent.parent / "schema"


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0003_trigrams")]

    operations: ClassVar[list[Any]] = [
        migrations.RunSQL(
            (SCHEMA / "quota.sql").read_text(encoding="utf-8"), "DROP TABLE quota_bucket; DROP TABLE quota_share;"
        )
    ]
