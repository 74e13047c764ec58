"""Being told of changes: subscriptions, and how a tenant is listened to."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0008_engine")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="SubscriptionRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("resource", models.TextField()),
                ("microsoft_id", models.TextField(null=True, unique=True)),
                ("secret_digest", models.BinaryField(max_length=32)),
                ("base", models.TextField()),
                ("client_id", models.TextField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("renew_at", models.DateTimeField(null=True)),
                ("error_code", models.TextField(null=True)),
                ("error_data", models.JSONField(default=dict)),
                ("tenant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow")),
            ],
            options={"db_table": "subscription"},
        ),
        migrations.CreateModel(
            name="HearingRow",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="store.tenantrow",
                    ),
                ),
                ("look_at", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("looked_for", models.TextField(null=True)),
                ("failures", models.IntegerField(default=0, db_default=0)),
                ("wake_at", models.DateTimeField(null=True)),
                ("woken_at", models.DateTimeField(null=True)),
                ("heard_at", models.DateTimeField(null=True)),
                ("heard", models.BigIntegerField(default=0, db_default=0)),
                ("ignored", models.BigIntegerField(default=0, db_default=0)),
            ],
            options={"db_table": "hearing"},
        ),
        migrations.AddConstraint(
            model_name="subscriptionrow",
            constraint=models.UniqueConstraint(fields=["tenant", "resource"], name="subscription_once"),
        ),
    ]
