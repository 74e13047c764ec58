"""From when on a tenant is to be read once more in any case, whatever wakes a run before."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column that may be empty: versions before leave it alone."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0028_plan_holder")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("hearingrow", "later_at", models.DateTimeField(null=True)),
    ]
