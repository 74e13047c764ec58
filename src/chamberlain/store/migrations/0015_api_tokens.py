"""Tokens of the API, and requests that happen once."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0014_scopes")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="ApiTokenRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("hint", models.TextField()),
                ("scopes", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={"db_table": "api_token"},
        ),
        migrations.CreateModel(
            name="ApiOnceRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("result", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("token", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.apitokenrow")),
            ],
            options={
                "db_table": "api_once",
                "constraints": [models.UniqueConstraint(fields=("token", "key"), name="api_once_key")],
            },
        ),
    ]
