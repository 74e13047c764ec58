"""Who carries a plan out now: whoever held it before, and was taken for dead, writes nothing down any more."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column with a standard value of the database's: versions before leave it alone."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0027_started_in_person")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("planrow", "holder", models.TextField(db_default="", default="")),
    ]
