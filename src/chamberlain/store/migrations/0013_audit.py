"""The audit trail as a chain: where events come from, why, and what proves that none was changed."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations, models

from chamberlain.store.secrets import EncryptedField

SCHEMA = Path(__file__).parent.parent / "schema"
TEXTS = ("channel", "ip", "agent", "request", "reason", "stamp")


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0012_credentials")]

    operations: ClassVar[list[Any]] = [
        *(migrations.AddField("eventrow", name, models.TextField(default="", db_default="")) for name in TEXTS),
        migrations.AddField("eventrow", "before", models.JSONField(null=True)),
        migrations.AddField("eventrow", "after", models.JSONField(null=True)),
        migrations.AddIndex("eventrow", models.Index(fields=["actor_id", "-id"], name="event_actor")),
        migrations.CreateModel(
            name="AuditKeyRow",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("secret", EncryptedField()),
                ("created_at", models.DateTimeField()),
            ],
            options={"db_table": "audit_key"},
        ),
        migrations.RunSQL(
            (SCHEMA / "audit.sql").read_text(encoding="utf-8"),
            "DROP TRIGGER event_queue ON event; DROP TRIGGER event_keep ON event; DROP TRIGGER event_keep_all ON event;"
            "DROP TABLE event_waiting, event_link, event_tombstone; DROP FUNCTION event_queue, event_refuse;",
        ),
    ]
