"""Signing in: sessions of our own table, attempts, passkeys and one-time codes. Sessions of before end."""

import uuid
from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chamberlain.store.secrets


def _user(related_name: str | None = None, **options: Any) -> Any:
    named = {"related_name": related_name} if related_name else {}
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, **named, **options)


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0016_rates")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="SessionRow",
            fields=[
                ("session_key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("user", _user("sessions", null=True)),
                ("way", models.TextField(default="")),
                ("started_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("ip", models.TextField(default="")),
                ("agent", models.TextField(default="")),
            ],
            options={"db_table": "session"},
        ),
        migrations.CreateModel(
            name="SignInAttempt",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("purpose", models.TextField()),
                ("user", _user(null=True)),
                ("next", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "sign_in_attempt",
                "indexes": [models.Index(fields=["expires_at"], name="sign_in_attempt_expiry")],
            },
        ),
        migrations.CreateModel(
            name="PasskeyRow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("user", _user("passkeys")),
                ("credential_id", models.BinaryField(max_length=1023, unique=True)),
                ("credential", models.BinaryField()),
                ("counter", models.BigIntegerField(default=0)),
                ("name", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "passkey"},
        ),
        migrations.CreateModel(
            name="CodeRow",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="code",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("secret", chamberlain.store.secrets.EncryptedField()),
                ("made_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("last_step", models.BigIntegerField(default=0)),
            ],
            options={"db_table": "one_time_code"},
        ),
        migrations.CreateModel(
            name="RecoveryCodeRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("user", _user("recovery_codes")),
                ("digest", models.BinaryField(max_length=32)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "recovery_code"},
        ),
    ]
