"""Versions of accounts and permissions, coverage, delta links."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0004_quota")]

    operations: ClassVar[list[Any]] = []
