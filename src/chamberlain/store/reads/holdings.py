"""The edges from which it follows what accounts hold, now or at a time in the past."""

from datetime import datetime
from typing import Any

from chamberlain.store.connection import rows
from chamberlain.store.reads.interval import as_of
from chamberlain.store.reads.version import permission_then

DIRECT = """
    SELECT g.holder_id, g.permission_id, g.relation, g.via_id, g.opened_at, q.content AS detail
    FROM grants g
    LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = %(tenant)s AND g.holder_id = ANY (%(holders)s) AND g.closed_at IS NULL
"""
OF_PERMISSIONS = " AND g.permission_id = ANY (%(permissions)s)"

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
# The table `nesting` knows the present only; the past is followed edge by edge.
OUTER_THEN = """
    WITH RECURSIVE above AS (
        SELECT unnest(%(groups)s::bigint[]) AS id
        UNION
        SELECT g.permission_id FROM above
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = above.id AND g.relation = 1 AND g.closed_at IS NULL
    )
    SELECT g.holder_id, g.permission_id FROM above
    JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = above.id AND g.relation = 1 AND g.closed_at IS NULL
"""

# Roles and applications that groups hold, or are eligible for: they reach direct members of the group only.
HELD_BY_GROUPS = """
    SELECT g.holder_id, g.permission_id, g.relation, g.opened_at, q.content AS detail
    FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family IN (2, 4)
    LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = %(tenant)s AND g.holder_id = ANY (%(groups)s) AND g.closed_at IS NULL
"""

# What an account holds or owns, of each kind the first by name, and how many there are; licences all, they are few.
# `through`: groups that it is a direct member of and that lead there. The order is that of the code points, whatever
# the database sorts by.
FIRST = """
    WITH direct AS MATERIALIZED (
        SELECT permission_id, relation FROM grants
        WHERE tenant_id = %(tenant)s AND holder_id = %(holder)s AND closed_at IS NULL
    ), inside AS (
        SELECT permission_id AS id FROM direct WHERE relation = 1
    ), way AS (
        SELECT permission_id AS id, relation = 2 AS owner, NULL::bigint AS via FROM direct
        UNION ALL
        SELECT n.outer_id, false, i.id FROM inside i
        JOIN nesting n ON n.tenant_id = %(tenant)s AND n.inner_id = i.id
        UNION ALL
        SELECT g.permission_id, false, i.id FROM inside i
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = i.id AND g.closed_at IS NULL
        JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = g.permission_id AND p.family IN (2, 4)
    ), held AS (
        SELECT id, owner, coalesce(array_agg(via) FILTER (WHERE via IS NOT NULL), '{}') AS through
        FROM way GROUP BY id, owner
    )
    SELECT id, key, kind, owner, through, number
    FROM (SELECT p.id, p.key, p.kind, p.family, h.owner, h.through,
                 count(*) OVER (PARTITION BY p.kind, h.owner) AS number,
                 row_number() OVER (PARTITION BY p.kind, h.owner
                                    ORDER BY lower(p.name) COLLATE "C", p.key COLLATE "C") AS place
          FROM held h JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = h.id) AS placed
    WHERE place <= %(most)s OR family = 3
"""

PERMISSIONS = """
    SELECT id, family, kind, guid::text AS guid, parent::text AS parent, key, name, description, app, facts
    FROM permission WHERE tenant_id = %(tenant)s AND id = ANY (%(ids)s)
"""
PERMISSIONS_THEN = f"""
    SELECT id, family, kind, guid::text AS guid, parent::text AS parent, key, name, description, app, facts
    FROM {permission_then(ids="= ANY (%(ids)s)")} p
"""  # noqa: S608 - constants

PLANS = """
    SELECT parent::text AS parent, guid::text AS guid, key, name FROM permission
    WHERE tenant_id = %(tenant)s AND family = 5 AND parent = ANY (%(skus)s::uuid[]) AND gone_at IS NULL
    ORDER BY name, guid
"""
PLANS_THEN = f"""
    SELECT parent::text AS parent, guid::text AS guid, key, name FROM {permission_then()} p
    WHERE family = 5 AND parent = ANY (%(skus)s::uuid[]) ORDER BY name, guid
"""  # noqa: S608 - constants


def direct(
    *, tenant_id: int, holders: list[int], at: datetime | None = None, permissions: list[int] | None = None
) -> list[dict[str, Any]]:
    """Direct edges of these holders that are open, or were at a time.

    permissions  only those that lead to these; None: all
    """
    statement = DIRECT if permissions is None else DIRECT + OF_PERMISSIONS
    values = {"tenant": tenant_id, "holders": holders, "at": at, "permissions": permissions}
    return rows(as_of(statement, at), values)


def first(*, tenant_id: int, holder: int, most: int) -> list[dict[str, Any]]:
    """The first permissions of each kind that an account holds, or owns, by name.

    most     so many of each kind; of licences all
    returns  also how many there are of the kind (`number`), and of which groups the account is a direct member that
             lead to it (`through`)
    """
    return rows(FIRST, {"tenant": tenant_id, "holder": holder, "most": most})


def outer(*, tenant_id: int, groups: list[int], at: datetime | None = None) -> dict[int, list[int]]:
    """For these groups and all that they are inside of: the groups that each is a direct member of."""
    found: dict[int, list[int]] = {}
    statement = OUTER if at is None else as_of(OUTER_THEN, at)
    for row in rows(statement, {"tenant": tenant_id, "groups": groups, "at": at}):
        found.setdefault(row["holder_id"], []).append(row["permission_id"])
    return found


def held_by_groups(*, tenant_id: int, groups: list[int], at: datetime | None = None) -> list[dict[str, Any]]:
    """Roles and app roles that these groups hold or are eligible for."""
    return rows(as_of(HELD_BY_GROUPS, at), {"tenant": tenant_id, "groups": groups, "at": at})


def permissions(*, tenant_id: int, ids: list[int], at: datetime | None = None) -> dict[int, dict[str, Any]]:
    """Permissions by our id, with the names of the time."""
    statement = PERMISSIONS if at is None else PERMISSIONS_THEN
    return {row["id"]: row for row in rows(statement, {"tenant": tenant_id, "ids": ids, "at": at})}


def plans(*, tenant_id: int, skus: list[str], at: datetime | None = None) -> dict[str, list[dict[str, Any]]]:
    """Service plans by the SKU that they are in."""
    found: dict[str, list[dict[str, Any]]] = {}
    statement = PLANS if at is None else PLANS_THEN
    for row in rows(statement, {"tenant": tenant_id, "skus": skus, "at": at}):
        found.setdefault(row["parent"], []).append(row)
    return found
