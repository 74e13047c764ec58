"""Roles, per tenant or in the whole installation. Whoever was an administrator stays one, in the whole installation."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = ("administrator", "read_only_administrator", "auditor", "app_admin", "reviewer", "user")
INSTALLATION_ROLES = ["administrator", "read_only_administrator", "auditor"]

CARRY_OVER = """
    INSERT INTO role_held (user_id, tenant_id, role, permission, given_at, given_by)
    SELECT id, NULL, role, '', created_at, 'Chamberlain' FROM app_user WHERE role = 'administrator'
"""


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0010_consents")]

    operations: ClassVar[list[Any]] = [
        migrations.AlterField("user", "role", models.TextField(default="", db_default="")),
        migrations.CreateModel(
            name="RoleRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("role", models.TextField(choices=[(role, role) for role in ROLES])),
                ("permission", models.TextField(default="")),
                ("given_at", models.DateTimeField()),
                ("given_by", models.TextField()),
                (
                    "tenant",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "db_table": "role_held",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "tenant", "role", "permission"), name="role_held_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tenant__isnull", False), ("role__in", INSTALLATION_ROLES), _connector="OR"
                        ),
                        name="role_held_in_tenant",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
    ]
