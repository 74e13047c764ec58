"""Puts a backup into a database: everything in one transaction, or nothing."""

from collections.abc import Iterable
from typing import Any, LiteralString

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from chamberlain.errors import Conflict, Misconfigured, Refused
from chamberlain.model.backup import Manifest, Part
from chamberlain.store.backup.archive import Archive
from chamberlain.store.backup.tables import tables
from chamberlain.store.connection import transaction
from chamberlain.store.migrating import TURN

IN_USE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
IS_THERE = """
    SELECT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
                   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
        OR to_regnamespace('dbos') IS NOT NULL OR to_regnamespace('staging') IS NOT NULL
"""
EMPTY = """
DO $$
DECLARE
    one record;
BEGIN
    DROP SCHEMA IF EXISTS dbos CASCADE;
    DROP SCHEMA IF EXISTS staging CASCADE;
    FOR one IN SELECT c.oid::regclass AS name, c.relkind AS kind FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'm')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE',
            CASE one.kind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END, one.name);
    END LOOP;
    FOR one IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S'
    LOOP
        EXECUTE format('DROP SEQUENCE IF EXISTS %s CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', one.name);
    END LOOP;
END $$
"""


def database_is_empty() -> bool:
    """Whether nothing of ours is in the database yet."""
    with connection.cursor() as cursor:
        cursor.execute(IS_THERE)
        return not cursor.fetchone()[0]


def refuse_others() -> None:
    """Passes where nobody else is connected to the database.

    raises  Conflict("database_in_use")
    """
    with connection.cursor() as cursor:
        cursor.execute(IN_USE)
        number = cursor.fetchone()[0]
    if number:
        raise Conflict("database_in_use", connections=number)


def refuse_unknown(manifest: Manifest) -> None:
    """Passes where this version knows every migration that the backup's database had.

    raises  Refused("backup_too_new")
    """
    known = {".".join(one) for one in MigrationExecutor(connection).loader.disk_migrations or ()}
    unknown = sorted(set(manifest.migrations) - known)
    if unknown:
        raise Refused("backup_too_new", version=manifest.version, needs=unknown[-1])


def restore_rows(archive: Archive) -> None:
    """Replaces whatever is in the database with the backup, at the schema that it was made from.

    raises  Misconfigured("backup_damaged"): then the database is as it was before
    """
    with transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN])
        if cursor.fetchone() != (True,):
            raise Conflict("database_in_use", connections=1)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else tables that wait for checks could not be altered
        cursor.execute(EMPTY)
        _migrate_to(archive.manifest)
        there = tables(cursor)
        _each(cursor, "ALTER TABLE {} DISABLE TRIGGER USER", there)  # else the audit trail would be chained anew
        _fill(cursor, archive, there)
        _each(cursor, "ALTER TABLE {} ENABLE TRIGGER USER", there)
        for name, last in archive.manifest.sequences.items():
            cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s)", [name, last])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _migrate_to(manifest: Manifest) -> None:
    """Makes the schema of the moment at which the backup was made."""
    executor = MigrationExecutor(connection)
    applied = {(app, name) for app, _dot, name in (one.partition(".") for one in manifest.migrations)}
    graph = executor.loader.graph
    leaves = [
        key
        for key in sorted(applied)
        if not any(child.key in applied and child.key[0] == key[0] for child in graph.node_map[key].children)
    ]
    executor.migrate(leaves)


def _each(cursor: Any, statement: LiteralString, names: Iterable[str]) -> None:
    for name in names:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _fill(cursor: Any, archive: Archive, there: dict[str, tuple[str, ...]]) -> None:
    by_name = {part.table: part for part in archive.manifest.parts}
    if set(by_name) - set(there):
        raise Misconfigured("backup_damaged", part=min(set(by_name) - set(there)))
    everything = sql.SQL(", ").join(map(sql.Identifier, there))
    cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(everything))  # what migrations put in comes with the backup
    for name in there:
        if name in by_name:
            _copy(cursor, archive, by_name[name])


def _copy(cursor: Any, archive: Archive, part: Part) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, part.columns))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(part.table), columns)) as lines:
        for block in archive.blocks(part):
            lines.write(block)
    if cursor.rowcount != part.rows:
        raise Misconfigured("backup_damaged", part=part.table)
