"""When Microsoft last told that somebody changed, and when they were looked at for it."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns that may be empty: versions before leave them alone."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0021_leaving")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("user", "noticed_at", models.DateTimeField(null=True)),
        migrations.AddField("user", "looked_at", models.DateTimeField(null=True)),
    ]
