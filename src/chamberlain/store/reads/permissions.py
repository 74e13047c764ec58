"""Permissions in lists and by themselves, and who holds them."""

from datetime import datetime
from typing import Any

from chamberlain.model.kind import Kind
from chamberlain.store.connection import rows
from chamberlain.store.reads import figures, keyset
from chamberlain.store.reads.interval import as_of
from chamberlain.store.reads.walk import Walk
from chamberlain.store.reads.words import matching

COLUMNS = (
    "p.id, p.family, p.kind, p.guid::text AS guid, p.parent::text AS parent, p.key, p.name, p.description, "
    "p.app, p.mail, p.facts, p.members, p.people, p.owners"
)
PRESENT_ROWS = "p.tenant_id = %(tenant)s AND p.gone_at IS NULL"
PRESENT = f"FROM permission p WHERE {PRESENT_ROWS}"
ORDER = ("lower(p.name)", "p.id")


def listing(
    *,
    tenant_id: int,
    kind: str | None,
    text: str,
    dynamic: bool | None,
    on_premises: bool | None,
    empty: bool | None,
) -> keyset.Listing:
    """Permissions that match; None and "" narrow nothing."""
    values: dict[str, Any] = {"tenant": tenant_id}
    narrow, typed = matching("p", text)
    values |= typed
    for fact, wanted in (("dynamic", dynamic), ("on_premises", on_premises)):
        if wanted is not None:
            narrow += f" AND {'' if wanted else 'NOT '}p.facts ? '{fact}'"
    if empty is not None:
        narrow += f" AND p.people {'=' if empty else '>'} 0"
    of_kind = ""
    if kind is not None:
        values["kind"] = kind
        of_kind = " AND p.kind = %(kind)s"
    return keyset.Listing(
        columns=COLUMNS,
        source=f"{PRESENT}{of_kind}{narrow}",
        order=ORDER,
        values=values,
        walk=Walk(
            table="permission",
            alias="p",
            where=PRESENT_ROWS,
            cells=(of_kind,) if kind else tuple(f" AND p.kind = '{one.value}'" for one in Kind),
            narrow=narrow,
            few=narrow,
            total="" if narrow else TOTAL_OF_KIND if kind else TOTAL,
        ),
    )


TOTAL_OF_KIND = """
    SELECT (SELECT coalesce((kinds ->> %(kind)s)::int, 0) FROM tenant_figure WHERE tenant_id = %(tenant)s) AS total,
           false AS more
"""
TOTAL = """
    SELECT (SELECT (SELECT coalesce(sum(number::int), 0)::int FROM jsonb_each_text(kinds) AS each (kind, number))
            FROM tenant_figure WHERE tenant_id = %(tenant)s) AS total, false AS more
"""


def counts(*, tenant_id: int) -> list[dict[str, Any]]:
    """How many permissions of each kind there are now."""
    known = figures.kinds(tenant_id=tenant_id)
    if known is not None:
        return [{"kind": kind, "number": number} for kind, number in known.items()]
    return rows(f"SELECT p.kind, count(*) AS number {PRESENT} GROUP BY p.kind", {"tenant": tenant_id})


def find(*, tenant_id: int, key: str) -> dict[str, Any] | None:
    """One permission by its key, gone or not."""
    found = rows(
        f"SELECT {COLUMNS}, p.first_seen, p.gone_at FROM permission p "  # noqa: S608 - constants
        "WHERE p.tenant_id = %(tenant)s AND p.key = %(key)s",
        {"tenant": tenant_id, "key": key},
    )
    return found[0] if found else None


def owners(*, tenant_id: int, permission_id: int) -> list[dict[str, Any]]:
    """Who owns it, by name."""
    return rows(
        "SELECT a.guid, a.name, a.type FROM grants g "
        "JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id "
        "WHERE g.tenant_id = %(tenant)s AND g.permission_id = %(permission)s AND g.relation = 2 "
        "AND g.closed_at IS NULL ORDER BY lower(a.name), a.id",
        {"tenant": tenant_id, "permission": permission_id},
    )


# Groups among the holders of a role, an application or a licence. A licence may have a million holders, but accounts
# and permissions draw their ids from one sequence, in long runs of each: from the next holder to the next permission,
# and from there to the next holder, it is a few leaps.
GROUP_HOLDERS = """
    WITH RECURSIVE leap AS (
        SELECT relation, 0::bigint AS id, false AS meets FROM (VALUES (3::smallint), (4::smallint)) AS one (relation)
        UNION ALL
        SELECT l.relation, CASE WHEN h.id = g.holder_id THEN h.id ELSE h.id - 1 END, h.id = g.holder_id
        FROM leap l
        CROSS JOIN LATERAL (
            SELECT g.holder_id FROM grants g
            WHERE g.tenant_id = %(tenant)s AND g.permission_id = %(permission)s AND g.relation = l.relation
              AND g.holder_id > l.id AND g.closed_at IS NULL
            ORDER BY g.holder_id LIMIT 1) AS g
        CROSS JOIN LATERAL (
            SELECT p.id FROM permission p WHERE p.tenant_id = %(tenant)s AND p.id >= g.holder_id
            ORDER BY p.id LIMIT 1) AS h
    )
    SELECT DISTINCT id AS holder_id FROM leap WHERE meets
"""


def neighbours(*, tenant_id: int, permission_id: int) -> list[dict[str, Any]]:
    """Permissions that it holds ("out") and groups that hold it ("in"), by name."""
    return rows(
        "SELECT 'out' AS side, p.family, p.key, p.kind, p.name, p.app FROM grants g "  # noqa: S608 - constants
        "JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id "
        "WHERE g.tenant_id = %(tenant)s AND g.holder_id = %(permission)s AND g.closed_at IS NULL AND g.relation <> 2 "
        "UNION ALL "
        # A group of everybody has a million members and few groups: those are known from the closure.
        "SELECT 'in', p.family, p.key, p.kind, p.name, p.app FROM nesting n "
        "JOIN grants g ON g.tenant_id = n.tenant_id AND g.permission_id = n.outer_id AND g.holder_id = n.inner_id "
        "JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.holder_id "
        "WHERE n.tenant_id = %(tenant)s AND n.outer_id = %(permission)s AND g.closed_at IS NULL AND g.relation = 1 "
        "UNION ALL "
        f"SELECT 'in', p.family, p.key, p.kind, p.name, p.app FROM ({GROUP_HOLDERS}) AS g "
        "JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = g.holder_id ORDER BY 5, 3",
        {"tenant": tenant_id, "permission": permission_id},
    )


HOLDERS_OF_GROUP = """
    SELECT m.holder_id FROM grants m
    WHERE m.tenant_id = %(tenant)s AND m.closed_at IS NULL AND m.relation = 1 AND m.permission_id IN (
        SELECT %(permission)s::bigint
        UNION ALL SELECT n.inner_id FROM nesting n WHERE n.tenant_id = %(tenant)s AND n.outer_id = %(permission)s)
"""
HOLDERS_OF_ASSIGNMENT = """
    SELECT g.holder_id FROM grants g
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.relation = 3 AND g.permission_id = %(permission)s
    UNION
    SELECT m.holder_id FROM grants g
    JOIN grants m ON m.tenant_id = g.tenant_id AND m.permission_id = g.holder_id AND m.closed_at IS NULL
                 AND m.relation = 1
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.relation = 3 AND g.permission_id = %(permission)s
"""
HOLDERS_OF_LICENCE = """
    SELECT g.holder_id FROM grants g
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.relation = 3 AND g.permission_id = %(permission)s
"""
HOLDERS_OF_PLAN = """
    SELECT g.holder_id FROM grants g
    JOIN permission licence ON licence.tenant_id = g.tenant_id AND licence.id = g.permission_id
    JOIN permission plan ON plan.tenant_id = g.tenant_id AND plan.parent = licence.guid
    JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND licence.family = 3 AND plan.id = %(permission)s
      AND q.content ->> 'state' IN ('Active', 'ActiveWithError')
      AND NOT q.content -> 'disabled' ? plan.guid::text
"""
HOLDERS = {
    1: HOLDERS_OF_GROUP,
    2: HOLDERS_OF_ASSIGNMENT,
    3: HOLDERS_OF_LICENCE,
    4: HOLDERS_OF_ASSIGNMENT,
    5: HOLDERS_OF_PLAN,
    6: HOLDERS_OF_GROUP,
}


# Whether one account holds it, for walks over many accounts of which many do. OFFSET keeps each a look-up by itself.
HOLDS_GROUP = """
    SELECT FROM grants m
    WHERE m.tenant_id = %(tenant)s AND m.holder_id = a.id AND m.closed_at IS NULL AND m.relation = 1
      AND (m.permission_id = %(permission)s OR EXISTS (
          SELECT FROM nesting n
          WHERE n.tenant_id = %(tenant)s AND n.outer_id = %(permission)s AND n.inner_id = m.permission_id OFFSET 0))
"""
HOLDS_ASSIGNMENT = """
    SELECT FROM grants m
    WHERE m.tenant_id = %(tenant)s AND m.holder_id = a.id AND m.closed_at IS NULL
      AND (m.permission_id = %(permission)s AND m.relation = 3 OR m.relation = 1 AND EXISTS (
          SELECT FROM grants g
          WHERE g.tenant_id = %(tenant)s AND g.permission_id = %(permission)s AND g.relation = 3
            AND g.holder_id = m.permission_id AND g.closed_at IS NULL OFFSET 0))
"""
HOLDS_LICENCE = """
    SELECT FROM grants m
    WHERE m.tenant_id = %(tenant)s AND m.holder_id = a.id AND m.permission_id = %(permission)s
      AND m.closed_at IS NULL AND m.relation = 3
"""
HOLDS_PLAN = """
    SELECT FROM grants m
    JOIN qualifier q ON q.tenant_id = m.tenant_id AND q.id = m.qualifier_id
    WHERE m.tenant_id = %(tenant)s AND m.holder_id = a.id AND m.closed_at IS NULL
      AND m.permission_id = (
          SELECT licence.id FROM permission plan JOIN permission licence ON licence.tenant_id = plan.tenant_id
              AND licence.family = 3 AND licence.guid = plan.parent
          WHERE plan.tenant_id = %(tenant)s AND plan.id = %(permission)s)
      AND q.content ->> 'state' IN ('Active', 'ActiveWithError')
      AND NOT q.content -> 'disabled' ? (
          SELECT plan.guid::text FROM permission plan WHERE plan.tenant_id = %(tenant)s AND plan.id = %(permission)s)
"""
HOLDS = {1: HOLDS_GROUP, 2: HOLDS_ASSIGNMENT, 3: HOLDS_LICENCE, 4: HOLDS_ASSIGNMENT, 5: HOLDS_PLAN, 6: HOLDS_GROUP}
SELDOM = 10_000
MANY = "SELECT 10000 AS total, true AS more"


def members(
    *, tenant_id: int, permission_id: int, family: int, text: str, holders: int | None = None
) -> keyset.Listing:
    """Accounts that hold it by whatever path, by name.

    holders  how many there are about, which decides how they are found quickest; None: few
    """
    values: dict[str, Any] = {"tenant": tenant_id, "permission": permission_id}
    present = "a.tenant_id = %(tenant)s AND a.gone_at IS NULL"
    held = f" AND a.id IN ({HOLDERS[family]})"
    condition, typed = matching("a", text)
    values |= typed
    if (holders or 0) <= SELDOM:
        walk = Walk(table="account", alias="a", where=present, few=held, after=condition, seldom=True)
    else:
        holds = f" AND EXISTS ({HOLDS[family]} OFFSET 0)"
        walk = Walk(
            table="account",
            alias="a",
            where=present,
            narrow=f"{condition}{holds}",
            few=condition or held,
            after=holds if condition else "",
            most=1_000,
            total="" if condition else MANY,
        )
    return keyset.Listing(
        columns="a.id, a.guid, a.name, a.user_name, a.type, a.enabled, a.first_seen",
        source=f"FROM account a WHERE {present}{held}{condition}",
        order=("lower(a.name)", "a.id"),
        values=values,
        walk=walk,
    )


INNER_THEN = """
    WITH RECURSIVE inside AS (
        SELECT %(permission)s::bigint AS inner_id
        UNION
        SELECT g.holder_id FROM inside
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = inside.inner_id AND g.relation = 1
                     AND g.closed_at IS NULL
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.holder_id
    )
    SELECT inner_id FROM inside
"""


def inner_groups(*, tenant_id: int, permission_id: int, at: datetime | None = None) -> list[int]:
    """Groups somewhere inside this one, now or at a time."""
    statement = "SELECT inner_id FROM nesting WHERE tenant_id = %(tenant)s AND outer_id = %(permission)s"
    found = rows(
        statement if at is None else as_of(INNER_THEN, at),
        {"tenant": tenant_id, "permission": permission_id, "at": at},
    )
    return [row["inner_id"] for row in found]


def group_holders(*, tenant_id: int, permission_id: int, at: datetime | None = None) -> list[int]:
    """Groups that hold this role, application or licence or are eligible for it, now or at a time."""
    found = rows(
        as_of(GROUP_HOLDERS, at),
        {"tenant": tenant_id, "permission": permission_id, "at": at},
    )
    return [row["holder_id"] for row in found]


def licences(*, tenant_id: int) -> list[dict[str, Any]]:
    """Licences with the seats that blocked accounts hold and the people whom Microsoft could not give them."""
    counted = figures.licences(tenant_id=tenant_id)
    if counted is None:
        return rows(LICENCES, {"tenant": tenant_id})
    found = rows(f"SELECT {COLUMNS} {PRESENT} AND p.family = 3", {"tenant": tenant_id})
    return [
        {**row, "blocked": blocked, "errors": errors}
        for row in found
        for blocked, errors in (counted.get(row["id"], (0, 0)),)
    ]


LICENCES = f"""
    SELECT {COLUMNS},
           (SELECT count(DISTINCT g.holder_id) FROM grants g
            JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id AND NOT a.enabled
            JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
            WHERE g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.closed_at IS NULL
              AND q.content ->> 'state' IN ('Active', 'ActiveWithError')) AS blocked,
           (SELECT count(DISTINCT g.holder_id) FROM grants g
            JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
            WHERE g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.closed_at IS NULL
              AND q.content ->> 'state' IN ('Error', 'ActiveWithError')) AS errors
    {PRESENT} AND p.family = 3
"""  # noqa: S608 - constants
