"""Migrations beside everything that runs: old code lives on the new schema, pages do not wait, starters take turns."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from psycopg import sql

from chamberlain.bootstrap import World
from chamberlain.errors import Conflict
from chamberlain.store.migrating import LOCKED_OUT_AFTER, patiently

SINCE = "0010"
"""Releases are upgraded from here on; what was before had no users."""

ADDITIVE = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
)
HARMFUL = ("DROP TABLE", "DROP COLUMN", "RENAME TO", "RENAME COLUMN", "SET NOT NULL", "ALTER COLUMN")


def harm(migration: migrations.Migration) -> list[str]:
    """What code of before could not live with: it writes rows without new columns, and reads the old ones."""
    made = {one.name.lower() for one in migration.operations if isinstance(one, migrations.CreateModel)}
    return [told for one in migration.operations if (told := harm_of(one, made=made))]


def harm_of(operation: Operation, *, made: set[str]) -> str:
    """What is wrong with an operation; empty where nothing is."""
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return "; ".join(filter(None, (harm_of(one, made=made) for one in operation.database_operations)))
    if isinstance(operation, ADDITIVE) or getattr(operation, "model_name", "").lower() in made:
        return ""
    if isinstance(operation, migrations.RunSQL):
        return ", ".join(word for word in HARMFUL if word in " ".join(str(operation.sql).upper().split()))
    if isinstance(operation, migrations.AddField):
        field = operation.field
        safe = field.null or field.has_db_default() or field.many_to_many
        return "" if safe else f"{operation.model_name}.{operation.name} is needed, and old code does not write it"
    if isinstance(operation, migrations.AlterField) and isinstance(operation.field, models.TextField):
        return ""  # its choices are not the database's
    return type(operation).__name__


def test_old_code_can_live_with_every_migration(world: World) -> None:
    loader = MigrationLoader(connection)
    ours = {name: one for (app, name), one in loader.disk_migrations.items() if app == "store" and name > SINCE}
    assert len(ours) > 8
    assert {name: told for name, one in ours.items() if (told := harm(one))} == {}


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("eventrow", "reason"),
        migrations.RenameField("eventrow", "reason", "why"),
        migrations.DeleteModel("EventRow"),
        migrations.RenameModel("EventRow", "Entry"),
        migrations.AlterModelTable("EventRow", "entry"),
        migrations.AddField("eventrow", "needed", models.TextField(default="known to Django only")),
        migrations.AlterField("eventrow", "tenant", models.IntegerField()),
        migrations.RunSQL("alter table event\n  drop column reason"),
        migrations.AddConstraint("eventrow", models.UniqueConstraint(fields=["reason"], name="once")),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_operation_that_old_code_could_not_live_with_is_found(operation: Operation) -> None:
    planted = migrations.Migration("9999_planted", "store")
    planted.operations = [operation]
    assert harm(planted) != []


@pytest.fixture
def table(world: World) -> Iterator[str]:
    """A table of this test."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE to_change (id int)")
    yield "to_change"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE to_change")


def add_column() -> None:
    """A change that needs the table for itself."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE to_change ADD COLUMN IF NOT EXISTS more int")


@contextmanager
def reading(world: World, table: str) -> Iterator["psycopg.Connection[tuple[int, ...]]"]:
    """Somebody who reads the table in a transaction that does not end, as a backup does."""
    with closing(psycopg.connect(world.database_url)) as reader:
        reader.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        yield reader


def test_a_change_waits_for_a_long_reader_and_lets_pages_pass_meanwhile(world: World, table: str) -> None:
    longest = 0.0
    with reading(world, table) as reader, closing(psycopg.connect(world.database_url, autocommit=True)) as page:
        ended = threading.Event()

        def end_when_pages_were_seen() -> None:
            nonlocal longest
            until = time.monotonic() + LOCKED_OUT_AFTER.total_seconds() * 2
            while time.monotonic() < until:
                began = time.monotonic()
                page.execute("SELECT count(*) FROM to_change")
                longest = max(longest, time.monotonic() - began)
            reader.rollback()
            ended.set()

        thread = threading.Thread(target=end_when_pages_were_seen)
        thread.start()
        patiently(add_column)
        assert ended.is_set(), "it could not have had the table before"
        thread.join()
    assert 0 < longest < LOCKED_OUT_AFTER.total_seconds() + 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT more FROM to_change")


def test_a_change_that_never_gets_its_table_says_what_to_look_for(world: World, table: str) -> None:
    with reading(world, table), pytest.raises(Conflict) as refused:
        patiently(add_column, patience=timedelta(0))
    assert refused.value.code == "database_busy"
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_processes_that_start_at_once_on_an_empty_database_all_start(world: World) -> None:
    program = """
from chamberlain import bootstrap
from chamberlain.settings import load
with bootstrap.open_world(load().model_copy(update={"log_level": "CRITICAL"})):
    from chamberlain.store.tenants import all_tenants
    print("tenants", len(all_tenants()))
"""
    with closing(psycopg.connect(world.database_url, autocommit=True)) as server:
        server.execute("CREATE DATABASE many_starters")
        info = server.info
        url = f"postgresql://{info.user}@/many_starters?host={quote(info.host, safe='/')}&port={info.port}"
        try:
            started = [
                subprocess.Popen(
                    [sys.executable, "-c", program],
                    env={**os.environ, "DATABASE_URL": url},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                for _ in range(3)
            ]
            ends = [(one.communicate(timeout=90), one.returncode) for one in started]
        finally:
            for one in started:
                one.kill()
                one.communicate()
            server.execute("DROP DATABASE many_starters WITH (FORCE)")
    assert [(out, code) for (out, _err), code in ends] == [("tenants 0\n", 0)] * 3, ends
