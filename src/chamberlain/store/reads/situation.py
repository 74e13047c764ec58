"""What a plan is made from: those whom it touches, what they hold, and everything above that."""

from collections.abc import Iterable
from typing import Any

from chamberlain.store.connection import rows

ACCOUNTS = """
    SELECT id, guid::text AS guid, name, user_name, mail, type, enabled, department, job_title, facts,
           gone_at IS NOT NULL AS gone
    FROM account WHERE tenant_id = %(tenant)s AND guid = ANY (%(guids)s::uuid[])
"""
# Edges of these holders, and of every group that one of them is somewhere inside of. Licences that came through a group
# are that group's edges, not theirs.
EDGES = """
    WITH RECURSIVE up AS (
        SELECT unnest(%(holders)s::bigint[]) AS id
        UNION
        SELECT g.permission_id FROM up
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = up.id AND g.relation = 1 AND g.closed_at IS NULL
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 1
    )
    SELECT g.holder_id, a.guid::text AS account, h.guid::text AS group_guid, p.id AS permission_id, p.key, g.relation,
           q.content AS detail
    FROM up
    JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = up.id AND g.closed_at IS NULL AND g.via_id = 0
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.gone_at IS NULL
    LEFT JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id
    LEFT JOIN permission h ON h.tenant_id = g.tenant_id AND h.id = g.holder_id
    LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
"""
PERMISSIONS = """
    SELECT p.id, p.key, p.kind, p.name, p.app, p.facts, p.members, p.owners, p.guid::text AS guid, p.family,
           EXISTS (SELECT FROM grants g JOIN permission l ON l.tenant_id = g.tenant_id AND l.id = g.permission_id
                   WHERE p.family = 1 AND g.tenant_id = p.tenant_id AND g.holder_id = p.id AND l.family = 3
                     AND g.closed_at IS NULL) AS licensed
    FROM permission p
    WHERE p.tenant_id = %(tenant)s AND p.gone_at IS NULL AND (p.key = ANY (%(keys)s) OR p.id = ANY (%(ids)s))
"""
OURSELVES = """
    SELECT guid::text AS guid FROM account
    WHERE tenant_id = %(tenant)s AND type = 'service_principal' AND facts ->> 'app_id' = %(client)s
"""
NAMED = """
    SELECT key, kind, name, app, mail FROM permission p
    WHERE p.tenant_id = %(tenant)s AND p.gone_at IS NULL AND p.family <> 5
      AND (p.key = %(text)s OR lower(p.name) = lower(%(text)s) OR (p.mail <> '' AND lower(p.mail) = lower(%(text)s))
           OR (p.app <> '' AND lower(p.app || ': ' || p.name) = lower(%(text)s)))
    ORDER BY p.kind, lower(p.name), p.id LIMIT %(limit)s
"""


def accounts(*, tenant_id: int, guids: Iterable[str]) -> list[dict[str, Any]]:
    """Accounts by their ids, gone or not."""
    return rows(ACCOUNTS, {"tenant": tenant_id, "guids": list(guids)})


def edges(*, tenant_id: int, holders: Iterable[int]) -> list[dict[str, Any]]:
    """What these hold directly, and what everything above them does."""
    return rows(EDGES, {"tenant": tenant_id, "holders": list(holders)})


def permissions(*, tenant_id: int, keys: Iterable[str], ids: Iterable[int] = ()) -> list[dict[str, Any]]:
    """Permissions that are there now, by key or by our id."""
    return rows(PERMISSIONS, {"tenant": tenant_id, "keys": list(keys), "ids": list(ids)})


def ourselves(*, tenant_id: int, client_id: str) -> frozenset[str]:
    """Ids of our own service principal."""
    return frozenset(row["guid"] for row in rows(OURSELVES, {"tenant": tenant_id, "client": client_id}))


def named(*, tenant_id: int, text: str, limit: int) -> list[dict[str, Any]]:
    """Permissions whose key, name or mail this is."""
    return rows(NAMED, {"tenant": tenant_id, "text": text, "limit": limit})


def has_plan(*, tenant_id: int, plan: str) -> bool:
    """Whether a licence of the tenant has this service plan in it."""
    found = rows(
        "SELECT EXISTS (SELECT FROM permission WHERE tenant_id = %(tenant)s AND family = 5 AND guid = %(plan)s::uuid "
        "AND gone_at IS NULL) AS found",
        {"tenant": tenant_id, "plan": plan},
    )
    return bool(found[0]["found"])


def service_plans(*, tenant_id: int, beginning: str) -> list[dict[str, Any]]:
    """Service plans whose Microsoft name begins so, each with the id of its licence as `parent`."""
    return rows(
        "SELECT guid::text AS guid, parent::text AS parent, name FROM permission WHERE tenant_id = %(tenant)s "
        "AND family = 5 AND gone_at IS NULL AND starts_with(name, %(beginning)s) ORDER BY guid, parent",
        {"tenant": tenant_id, "beginning": beginning},
    )
