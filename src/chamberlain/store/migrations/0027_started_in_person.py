"""Whether somebody started a plan in person, not a script with a token of theirs."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column with a standard value of the database's: versions before leave it alone."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0026_terms")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("planrow", "started_in_person", models.BooleanField(db_default=False, default=False)),
    ]
