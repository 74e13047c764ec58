"""Who we are in a tenant: the object id of our own service principal."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column that may be empty: versions before leave it alone."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0024_provisioning")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField("connectionrow", "principal", models.UUIDField(null=True)),
    ]
