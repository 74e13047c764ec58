"""Messages to people, and where they want them."""

import uuid
from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0019_activity")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="MailBoxRow",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="store.user",
                    ),
                ),
                ("told", models.TextField(db_default="", default="")),
                ("typed", models.TextField(db_default="", default="")),
                ("wants", models.BooleanField(db_default=True, default=True)),
            ],
            options={"db_table": "mail_box"},
        ),
        migrations.CreateModel(
            name="MessageRow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("once", models.TextField(unique=True)),
                ("address", models.TextField()),
                ("topic", models.TextField()),
                ("values", models.JSONField(default=dict)),
                ("state", models.TextField(default="queued")),
                ("attempts", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("next_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("error_code", models.TextField(null=True)),
                ("error_data", models.JSONField(default=dict)),
                (
                    "tenant",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"),
                ),
                (
                    "user",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="store.user"),
                ),
            ],
            options={"db_table": "outbox"},
        ),
        migrations.AddIndex(
            model_name="messagerow",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "sending", "failed"])),
                fields=["next_at"],
                name="outbox_due",
            ),
        ),
        migrations.AddIndex(model_name="messagerow", index=models.Index(fields=["-created_at"], name="outbox_newest")),
    ]
