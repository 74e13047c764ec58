"""Attempts that are limited, counted by all processes together."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0015_api_tokens")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="RateRow",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("whole_at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "rate_limit"},
        ),
        migrations.RunSQL("ALTER TABLE rate_limit SET UNLOGGED", "ALTER TABLE rate_limit SET LOGGED"),
    ]
