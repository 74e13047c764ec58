"""What a tenant is to be connected for, chosen before anybody is sent to Microsoft."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column that may be empty: versions before leave it alone."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0022_noticed_people")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("connectattempt", "capabilities", models.JSONField(null=True)),
    ]
