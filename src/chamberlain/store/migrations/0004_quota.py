"""What is spent of Microsoft's quotas, shared by every process."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0003_trigrams")]

    operations: ClassVar[list[Any]] = []
