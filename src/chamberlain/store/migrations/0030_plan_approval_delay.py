"""What a plan waits where nobody else could approve it, as that was when it was made."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column that may be empty: versions before leave it alone, and their plans wait as the guard rails say now."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0029_later_wake")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("planrow", "approval_delay", models.DurationField(null=True)),
    ]
