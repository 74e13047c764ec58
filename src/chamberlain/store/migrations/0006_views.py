"""What people keep for lists: views, the view a list opens with, columns."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Lower


def _key(to: str) -> Any:
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=to)


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0005_history")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="ViewRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("list", models.TextField()),
                ("name", models.TextField()),
                ("query", models.TextField()),
                ("shared", models.BooleanField(default=False)),
                ("saved_at", models.DateTimeField()),
                ("owner", _key(settings.AUTH_USER_MODEL)),
                ("tenant", _key("store.tenantrow")),
            ],
            options={"db_table": "list_view"},
        ),
        migrations.CreateModel(
            name="DefaultViewRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("list", models.TextField()),
                ("tenant", _key("store.tenantrow")),
                ("user", _key(settings.AUTH_USER_MODEL)),
                ("view", _key("store.viewrow")),
            ],
            options={"db_table": "list_default"},
        ),
        migrations.CreateModel(
            name="ColumnsRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("list", models.TextField()),
                ("columns", models.JSONField()),
                ("user", _key(settings.AUTH_USER_MODEL)),
            ],
            options={"db_table": "list_columns"},
        ),
        migrations.AddConstraint(
            model_name="viewrow",
            constraint=models.UniqueConstraint("tenant", "owner", "list", Lower("name"), name="list_view_name"),
        ),
        migrations.AddConstraint(
            model_name="defaultviewrow",
            constraint=models.UniqueConstraint(fields=["tenant", "user", "list"], name="list_default_once"),
        ),
        migrations.AddConstraint(
            model_name="columnsrow",
            constraint=models.UniqueConstraint(fields=["user", "list"], name="list_columns_once"),
        ),
    ]
