"""Saved views of lists."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0005_history")]

    operations: ClassVar[list[Any]] = []
