"""Plans, their steps, what is left to people, and what holds all writers back."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables of their own: versions before know nothing of them."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0023_chosen_first")]

    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="GuardRow",
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
                ("rails", models.JSONField(default=dict)),
                ("simulates", models.BooleanField(default=False)),
                ("set_by_name", models.TextField(default="")),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "db_table": "guard",
            },
        ),
        migrations.CreateModel(
            name="PlanRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("cause", models.TextField()),
                ("reason", models.TextField()),
                ("made_by", models.TextField()),
                ("made_by_name", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("as_of", models.DateTimeField()),
                ("fingerprint", models.TextField()),
                ("digest", models.BinaryField(max_length=32)),
                ("state", models.TextField(default="planned")),
                ("barred", models.JSONField(default=list)),
                ("undo_of", models.BigIntegerField(null=True)),
                ("simulated", models.BooleanField(default=False)),
                ("approved_by", models.TextField(default="")),
                ("approved_by_name", models.TextField(default="")),
                ("approved_at", models.DateTimeField(null=True)),
                ("started_by", models.TextField(default="")),
                ("started_by_name", models.TextField(default="")),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("pause", models.JSONField(null=True)),
                ("moved", models.JSONField(default=list)),
                ("runs", models.IntegerField(default=0)),
                ("request_id", models.TextField(default="")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"
                    ),
                ),
            ],
            options={
                "db_table": "plan",
            },
        ),
        migrations.CreateModel(
            name="StepRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("subject", models.TextField()),
                ("permission", models.TextField()),
                ("verb", models.TextField()),
                ("content", models.JSONField()),
                ("state", models.TextField(default="waiting")),
                ("before", models.JSONField(null=True)),
                ("proof", models.JSONField(null=True)),
                ("tries", models.IntegerField(default=0)),
                ("failure", models.JSONField(null=True)),
                ("intended_at", models.DateTimeField(null=True)),
                ("called_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="store.planrow",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"
                    ),
                ),
            ],
            options={
                "db_table": "plan_step",
            },
        ),
        migrations.CreateModel(
            name="TaskRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("step", models.IntegerField(null=True)),
                ("cause", models.TextField()),
                ("verb", models.TextField()),
                ("subject", models.TextField()),
                ("subject_name", models.TextField()),
                ("permission", models.TextField()),
                ("permission_name", models.TextField()),
                ("failure", models.JSONField(null=True)),
                ("command", models.TextField(default="")),
                ("assignee", models.TextField(default="")),
                ("due", models.DateTimeField()),
                ("state", models.TextField(default="open")),
                ("made_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by_name", models.TextField(default="")),
                ("evidence", models.TextField(default="")),
                ("evidence_content", models.BinaryField(null=True)),
                ("plan", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="store.planrow")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"
                    ),
                ),
            ],
            options={
                "db_table": "task",
            },
        ),
        migrations.CreateModel(
            name="CommentRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by_name", models.TextField()),
                ("text", models.TextField()),
                ("tenant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow")),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="store.taskrow"
                    ),
                ),
            ],
            options={
                "db_table": "task_comment",
            },
        ),
        migrations.CreateModel(
            name="HaltRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("is_breaker", models.BooleanField(default=False)),
                ("reason", models.TextField(default="")),
                ("by_name", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="store.tenantrow"),
                ),
            ],
            options={
                "db_table": "writers_halt",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "is_breaker"), name="writers_halt_once", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="planrow",
            index=models.Index(fields=["tenant", "-id"], name="plan_newest"),
        ),
        migrations.AddIndex(
            model_name="planrow",
            index=models.Index(
                condition=models.Q(("undo_of__isnull", False)), fields=["tenant", "undo_of"], name="plan_undo"
            ),
        ),
        migrations.AddIndex(
            model_name="steprow",
            index=models.Index(fields=["tenant", "subject"], name="plan_step_subject"),
        ),
        migrations.AddIndex(
            model_name="steprow",
            index=models.Index(fields=["tenant", "ended_at"], name="plan_step_ended"),
        ),
        migrations.AddConstraint(
            model_name="steprow",
            constraint=models.UniqueConstraint(fields=("plan", "number"), name="plan_step_once"),
        ),
        migrations.AddIndex(
            model_name="taskrow",
            index=models.Index(fields=["tenant", "state", "due"], name="task_due"),
        ),
        migrations.AddConstraint(
            model_name="taskrow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("plan", "step"), name="task_one_open"
            ),
        ),
    ]
