"""The edges from which it follows what accounts hold."""

from typing import Any

from chamberlain.store.connection import rows

DIRECT = """
    SELECT g.holder_id, g.permission_id, g.relation, g.via_id, g.opened_at, q.content AS detail
    FROM grants g
    LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = %(tenant)s AND g.holder_id = ANY (%(holders)s) AND g.closed_at IS NULL
"""

# Groups that the given groups are somewhere inside of, as direct edges.
OUTER = """
    SELECT g.holder_id, g.permission_id
    FROM grants g
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.relation = 1
      AND g.holder_id IN (
          SELECT unnest(%(groups)s::bigint[])
          UNION
          SELECT n.outer_id FROM nesting n WHERE n.tenant_id = %(tenant)s AND n.inner_id = ANY (%(groups)s))
"""

# Roles and applications that groups hold: they reach direct members of the group only.
HELD_BY_GROUPS = """
    SELECT g.holder_id, g.permission_id, g.opened_at, q.content AS detail
    FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family IN (2, 4)
    LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = %(tenant)s AND g.holder_id = ANY (%(groups)s) AND g.closed_at IS NULL
"""

PERMISSIONS = """
    SELECT id, family, kind, guid::text AS guid, parent::text AS parent, key, name, description, app, facts
    FROM permission WHERE tenant_id = %(tenant)s AND id = ANY (%(ids)s)
"""

PLANS = """
    SELECT parent::text AS parent, guid::text AS guid, key, name FROM permission
    WHERE tenant_id = %(tenant)s AND family = 5 AND parent = ANY (%(skus)s::uuid[]) AND gone_at IS NULL
    ORDER BY name, guid
"""


def direct(*, tenant_id: int, holders: list[int]) -> list[dict[str, Any]]:
    """Open direct edges of these holders."""
    return rows(DIRECT, {"tenant": tenant_id, "holders": holders})


def outer(*, tenant_id: int, groups: list[int]) -> dict[int, list[int]]:
    """For these groups and all that they are inside of: the groups that each is a direct member of."""
    found: dict[int, list[int]] = {}
    for row in rows(OUTER, {"tenant": tenant_id, "groups": groups}):
        found.setdefault(row["holder_id"], []).append(row["permission_id"])
    return found


def held_by_groups(*, tenant_id: int, groups: list[int]) -> list[dict[str, Any]]:
    """Roles and app roles that these groups hold."""
    return rows(HELD_BY_GROUPS, {"tenant": tenant_id, "groups": groups})


def permissions(*, tenant_id: int, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Permissions by our id."""
    return {row["id"]: row for row in rows(PERMISSIONS, {"tenant": tenant_id, "ids": ids})}


def plans(*, tenant_id: int, skus: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Service plans by the SKU that they are in."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows(PLANS, {"tenant": tenant_id, "skus": skus}):
        found.setdefault(row["parent"], []).append(row)
    return found
