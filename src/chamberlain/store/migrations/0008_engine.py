"""How runs read: in full or changes only."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0007_speed")]

    operations: ClassVar[list[Any]] = []
