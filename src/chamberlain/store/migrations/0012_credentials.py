"""Credentials side by side, so that they rotate without downtime; and the cloud of a connection."""

import uuid
from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

from chamberlain.store.secrets import EncryptedField

KINDS = ("installation_app", "own_secret", "own_certificate", "own_federation")
STATES = ("pending", "current", "old")
SOURCES = ("certificate", "microsoft", "administrator")
CLOUDS = ("global", "gcc_high", "dod", "china")


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0011_roles")]

    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            "connectionrow", "cloud", models.TextField(choices=_choices(CLOUDS), default="global", db_default="global")
        ),
        migrations.AlterField("connectionrow", "credential", models.TextField(choices=_choices(KINDS))),
        migrations.CreateModel(
            name="CredentialRow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.TextField(choices=_choices(KINDS))),
                ("state", models.TextField(choices=_choices(STATES))),
                ("client_id", models.TextField(null=True)),
                ("secret", EncryptedField(null=True)),
                ("certificate", models.TextField(null=True)),
                ("thumbprint", models.TextField(default="")),
                ("expires_at", models.DateTimeField(null=True)),
                ("expiry_source", models.TextField(choices=_choices(SOURCES), null=True)),
                ("warned_days", models.SmallIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.TextField()),
                (
                    "connection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credentials",
                        to="store.connectionrow",
                    ),
                ),
            ],
            options={
                "db_table": "credential",
                "indexes": [models.Index(fields=["expires_at"], name="credential_expiry")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")),
                        fields=("connection",),
                        name="credential_one_current",
                    )
                ],
            },
        ),
    ]
