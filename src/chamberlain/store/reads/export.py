"""A tenant's present as plain rows, for comparison with another account of it."""

from collections.abc import Iterator
from typing import Any

from psycopg.rows import dict_row

from chamberlain.model.kind import Family
from chamberlain.store.connection import connect

RELATIONS = {1: "member", 2: "owner", 3: "assigned", 4: "eligible"}

# A manager who is deleted is nobody's manager meanwhile.
ACCOUNTS = """
    SELECT a.guid::text AS id, a.user_name AS upn, a.name, a.enabled, a.type, m.guid::text AS manager
    FROM account a
    LEFT JOIN account m ON m.tenant_id = a.tenant_id AND m.guid = a.manager AND m.gone_at IS NULL
    WHERE a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND a.type IN ('member', 'guest')
"""
# An application's "Default access" that nobody is assigned to exists only so that "everyone may sign in" can be shown.
PERMISSIONS = """
    SELECT p.key, p.name, p.kind, p.family, p.facts ->> 'part_number' AS part_number FROM permission p
    WHERE p.tenant_id = %(tenant)s AND p.gone_at IS NULL
      AND NOT (p.family = 4 AND p.guid = '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
          SELECT FROM grants g WHERE g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.closed_at IS NULL))
"""
EDGES = """
    SELECT h.guid::text AS holder, p.key AS permission, p.family, g.relation, v.guid::text AS via, q.content AS detail
    FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id
    JOIN (SELECT tenant_id, id, guid FROM account UNION ALL SELECT tenant_id, id, guid FROM permission) h
      ON h.tenant_id = g.tenant_id AND h.id = g.holder_id
    LEFT JOIN permission v ON v.tenant_id = g.tenant_id AND v.id = g.via_id
    LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL
"""


def accounts(*, tenant_id: int) -> Iterator[dict[str, Any]]:
    """People: id, upn, name, enabled, type ("Member" or "Guest"), manager."""
    for row in _stream(ACCOUNTS, tenant_id):
        yield {**row, "type": row["type"].capitalize()}


def people(*, tenant_id: int) -> list[str]:
    """Object ids of all people."""
    return [row["id"] for row in _stream(ACCOUNTS, tenant_id)]


def permissions(*, tenant_id: int) -> Iterator[dict[str, Any]]:
    """Permissions: key, name as Microsoft has it (for a licence its part number), and for groups the kind."""
    for row in _stream(PERMISSIONS, tenant_id):
        kind = {"kind": row["kind"]} if Family(row["family"]).is_group else {}
        yield {"key": row["key"], "name": row["part_number"] or row["name"], **kind}


def edges(*, tenant_id: int) -> Iterator[dict[str, Any]]:
    """Open direct edges: holder, permission, relation, via, detail."""
    for row in _stream(EDGES, tenant_id):
        yield {
            "holder": row["holder"],
            "permission": row["permission"],
            "relation": RELATIONS[row["relation"]],
            "via": row["via"],
            "detail": row["detail"],
        }


def _stream(statement: str, tenant_id: int) -> Iterator[dict[str, Any]]:
    with connect() as connection, connection.cursor(name="export", row_factory=dict_row) as cursor:
        cursor.itersize = 10_000
        cursor.execute(statement, {"tenant": tenant_id})
        yield from cursor
