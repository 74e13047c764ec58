"""Tenants that go: their credentials at once, and all that is known of them piece by piece.

Every piece is a transaction of its own, so that others are not kept waiting and a process that is killed loses nothing:
whoever comes next goes on. What tables there are is asked of the database, so that none is left out when one is added.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Q
from psycopg import sql

from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.tenant import Connection, Tenant
from chamberlain.store.connection import connect, rows
from chamberlain.store.models import (
    ConnectAttempt,
    ConnectionRow,
    CredentialRow,
    HearingRow,
    RoleRow,
    RunRow,
    SubscriptionRow,
    TenantRow,
    User,
)
from chamberlain.store.staging import LOCK_SPACE
from chamberlain.store.staging_tables import TABLES, table_name

PIECE = 20_000  # rows of one table that are deleted at once
RUNS_AT_ONCE = 500
MOST_COUNTED = 100_000
WITH_TENANTS = """
    SELECT c.relname AS name FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attname = 'tenant_id' AND NOT a.attisdropped
    ORDER BY c.relname
"""


def end_connection(connection: Connection) -> int:
    """Removes the connection with every credential and what Microsoft repeats in notices; how many credentials.

    Inside a transaction.
    """
    kept = CredentialRow.objects.filter(connection_id=connection.id)
    number = kept.count()
    kept.delete()
    SubscriptionRow.objects.filter(tenant_id=connection.tenant.id).delete()
    HearingRow.objects.filter(tenant_id=connection.tenant.id).delete()
    row = ConnectionRow.objects.filter(id=connection.id)
    number += row.filter(client_secret__isnull=False).exists() and not number
    row.delete()
    ConnectAttempt.objects.filter(expected_tenant=connection.tenant.guid).delete()
    return number


def mark(tenant: Tenant, *, by: Actor, now: datetime) -> bool:
    """From now on the tenant is only there to be forgotten; False where that was so before. Inside a transaction."""
    leaving_by = {"kind": by.kind.value, "id": by.id, "name": by.name}
    found = TenantRow.objects.filter(id=tenant.id, leaving_at=None)
    return found.update(leaving_at=now, leaving_by=leaving_by) == 1


def marked() -> tuple[tuple[Tenant, Actor], ...]:
    """Tenants that are to be forgotten, and who asked for it."""
    found = TenantRow.objects.exclude(leaving_at=None).order_by("leaving_at")
    return tuple((row.value(), _actor(row.leaving_by)) for row in found)


@contextmanager
def alone(tenant_id: int) -> Iterator[bool]:
    """Whether nobody else reads, merges or forgets this tenant; nobody will, as long as the context lasts."""
    with connect(autocommit=True) as own:
        found = own.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_SPACE, tenant_id)).fetchone()
        yield bool(found and found[0])


def remove_some(tenant_id: int, *, seconds: float) -> bool:
    """Deletes pieces for about so long; True when nothing is left but what goes with the tenant itself."""
    until = time.monotonic() + seconds
    for name in _plain_tables():
        while _remove_piece(name, tenant_id):
            if time.monotonic() > until:
                return False
    while ids := [*RunRow.objects.filter(tenant_id=tenant_id).values_list("id", flat=True)[:RUNS_AT_ONCE]]:
        RunRow.objects.filter(id__in=ids).delete()
        if time.monotonic() > until:
            return False
    return True


def remove_rest(tenant: Tenant) -> int:
    """Removes the tenant with what is left, and its people who have no role elsewhere; how many stay for that reason.

    Inside a transaction; entries of the audit trail are removed by audit/removal.py before.
    """
    RoleRow.objects.filter(tenant_id=tenant.id).delete()
    theirs = User.objects.filter(tenant_guid=tenant.guid)
    staying = theirs.filter(Q(rolerow__isnull=False)).distinct().values_list("id", flat=True)
    kept = len(staying)
    theirs.exclude(id__in=list(staying)).delete()
    ConnectAttempt.objects.filter(expected_tenant=tenant.guid).delete()
    for name in _plain_tables():
        while _remove_piece(name, tenant.id):
            pass
    _drop_staging(tenant.id)
    TenantRow.objects.get(id=tenant.id).delete()
    return kept


def left(tenant_id: int) -> int:
    """How many rows are still there, of the large tables; beyond `MOST_COUNTED` of one nobody counts."""
    limited = (
        'SELECT count(*) AS number FROM (SELECT FROM "{name}" WHERE tenant_id = %(tenant)s LIMIT %(most)s) AS found'
    )
    values = {"tenant": tenant_id, "most": MOST_COUNTED + 1}
    return sum(rows(limited.format(name=name), values)[0]["number"] for name in _plain_tables())


def _plain_tables() -> tuple[str, ...]:
    """Tables with a tenant's rows that are none of Django's models: those go with the tenant, in the right order."""
    models = {model._meta.db_table for model in apps.get_models()}
    return tuple(row["name"] for row in rows(WITH_TENANTS, {}) if row["name"] not in models)


def _remove_piece(name: str, tenant_id: int) -> int:
    statement = sql.SQL(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE tenant_id = %s LIMIT %s))"
    ).format(table=sql.Identifier(name))
    with connection.cursor() as cursor:
        cursor.execute(statement, [tenant_id, PIECE])
        return int(cursor.rowcount)


def _drop_staging(tenant_id: int) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table_name(table, tenant_id)))


def _actor(told: Any) -> Actor:
    return Actor(ActorKind(told["kind"]), told["id"], told["name"])
