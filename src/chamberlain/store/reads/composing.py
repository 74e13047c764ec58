"""What somebody needs to see who asks for a change: what is held directly, licences and their services, who is gone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chamberlain.store.connection import rows

_NAME = "CASE WHEN p.app IN ('', p.name) THEN p.name ELSE p.app || ': ' || p.name END"
_HERE = "p.tenant_id = %(tenant)s AND p.gone_at IS NULL"
NAMES = f"""
    SELECT 'account:' || a.guid AS id, a.name, a.user_name AS note, a.gone_at FROM account a
    WHERE a.tenant_id = %(tenant)s AND a.type IN ('member', 'guest') AND a.guid = ANY (%(guids)s::uuid[])
    UNION ALL
    SELECT p.key, {_NAME}, p.kind, NULL FROM permission p WHERE {_HERE} AND p.key = ANY (%(keys)s)
"""  # noqa: S608 - constants
HELD = f"""
    WITH holder AS (
        SELECT a.id, 'account:' || a.guid AS subject FROM account a
        WHERE a.tenant_id = %(tenant)s AND a.guid = ANY (%(guids)s::uuid[])
        UNION ALL
        SELECT p.id, p.key FROM permission p WHERE {_HERE} AND p.key = ANY (%(groups)s)
    )
    SELECT * FROM (
        SELECT h.subject, p.key, p.kind, {_NAME} AS name, w.scope, q.content AS detail,
               dense_rank() OVER (ORDER BY lower(p.name), p.key, w.scope) AS place
        FROM holder h
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = h.id AND g.closed_at IS NULL AND g.via_id = 0
        JOIN permission p ON {_HERE} AND p.id = g.permission_id AND p.family = %(family)s
        LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
        CROSS JOIN LATERAL (SELECT coalesce(nullif(q.content ->> 'scope', ''), '/') AS scope) w
        WHERE g.relation = %(relation)s AND (%(key)s = '' OR p.key = %(key)s)
          AND NOT (g.relation = 1 AND coalesce((p.facts ->> 'dynamic')::bool, false))
    ) found
    WHERE place <= %(most)s ORDER BY place, subject
"""  # noqa: S608 - constants
LICENCES = f"""
    SELECT p.key, p.name, p.guid::text AS guid, p.facts FROM permission p WHERE {_HERE} AND p.family = 3
    ORDER BY lower(p.name), p.key
"""  # noqa: S608 - constants
SERVICES = f"""
    SELECT p.guid::text AS guid, p.name FROM permission p
    WHERE {_HERE} AND p.family = 5 AND p.parent = %(licence)s::uuid ORDER BY lower(p.name), p.guid
"""  # noqa: S608 - constants
SERVICE_NAMES = f"""
    SELECT DISTINCT p.guid::text AS guid, p.name FROM permission p
    WHERE {_HERE} AND p.family = 5 AND p.guid = ANY (%(guids)s::uuid[])
"""  # noqa: S608 - constants
SCOPES = """
    SELECT q.content ->> 'scope' AS scope, count(*) AS used FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 2
    JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND coalesce(q.content ->> 'scope', '/') <> '/'
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s
"""
GONE = """
    SELECT a.guid::text AS guid, a.name, a.user_name, a.gone_at FROM account a
    WHERE a.tenant_id = %(tenant)s AND a.type IN ('member', 'guest') AND a.gone_at >= %(since)s
      AND (%(text)s = '' OR a.guid::text = lower(%(text)s)
           OR strpos(lower(a.name || ' ' || a.user_name || ' ' || a.mail), lower(%(text)s)) > 0)
    ORDER BY a.gone_at DESC, lower(a.name) LIMIT %(limit)s
"""


def names(*, tenant_id: int, guids: Iterable[str], keys: Iterable[str]) -> list[dict[str, Any]]:
    """People, also those who are gone, and permissions: id ("account:<id>" or the key), name, note, gone_at."""
    return rows(NAMES, {"tenant": tenant_id, "guids": [*guids], "keys": [*keys]})


def held(
    *,
    tenant_id: int,
    guids: Iterable[str],
    groups: Iterable[str],
    family: int,
    relation: int,
    key: str,
    most: int,
) -> list[dict[str, Any]]:
    """What these accounts and groups hold directly of one family, but for what a rule put them in.

    key   of the one permission that it is about; "" for all of them
    most  so many things at most, the first by name, each with everybody who holds it
    """
    values = {"tenant": tenant_id, "guids": [*guids], "groups": [*groups], "family": family}
    return rows(HELD, {**values, "relation": relation, "key": key, "most": most})


def licences(*, tenant_id: int) -> list[dict[str, Any]]:
    """Licences of the tenant, by name."""
    return rows(LICENCES, {"tenant": tenant_id})


def services(*, tenant_id: int, licence: str) -> list[dict[str, Any]]:
    """The service plans in a licence, which is named by its id."""
    return rows(SERVICES, {"tenant": tenant_id, "licence": licence})


def service_names(*, tenant_id: int, guids: Iterable[str]) -> dict[str, str]:
    """What service plans are called, by id."""
    found = rows(SERVICE_NAMES, {"tenant": tenant_id, "guids": [*guids]})
    return {row["guid"]: row["name"] for row in found}


def scopes(*, tenant_id: int, limit: int) -> list[str]:
    """Parts of the directory that roles are held in, those in use most first."""
    return [row["scope"] for row in rows(SCOPES, {"tenant": tenant_id, "limit": limit})]


def gone(*, tenant_id: int, text: str, since: datetime, limit: int) -> list[dict[str, Any]]:
    """People who were in the tenant and left it since then, the latest first."""
    return rows(GONE, {"tenant": tenant_id, "text": text, "since": since, "limit": limit})
