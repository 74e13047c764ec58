"""People in lists."""

from typing import Any

from chamberlain.store.connection import rows
from chamberlain.store.reads import keyset
from chamberlain.store.reads.words import matching, prefix_query

# A person is an admin who holds a directory role directly, or is a direct member of a group that holds one.
ROLE_HOLDERS = """
    SELECT r.holder_id FROM grants r
    JOIN permission p ON p.tenant_id = r.tenant_id AND p.id = r.permission_id AND p.family = 2
    WHERE r.tenant_id = %(tenant)s AND r.closed_at IS NULL AND r.relation = 3
"""
IS_ADMIN = f"""(
    a.id IN ({ROLE_HOLDERS})
    OR EXISTS (SELECT FROM grants m WHERE m.tenant_id = a.tenant_id AND m.holder_id = a.id AND m.closed_at IS NULL
               AND m.relation = 1 AND m.permission_id IN ({ROLE_HOLDERS}))
)"""
ACTIVE_LICENCE = """
    SELECT g.permission_id FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 3
    JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = a.tenant_id AND g.holder_id = a.id AND g.closed_at IS NULL
      AND q.content ->> 'state' IN ('Active', 'ActiveWithError')
"""
COLUMNS = f"""
    a.id, a.guid, a.name, a.user_name, a.mail, a.type, a.enabled, a.department, a.job_title,
    (SELECT count(DISTINCT permission_id) FROM ({ACTIVE_LICENCE}) AS held) AS licences,
    (SELECT count(DISTINCT r.permission_id) FROM grants r
     JOIN permission p ON p.tenant_id = r.tenant_id AND p.id = r.permission_id AND p.family = 2
     WHERE r.tenant_id = a.tenant_id AND r.closed_at IS NULL AND r.relation = 3
       AND (r.holder_id = a.id OR r.holder_id IN (
            SELECT m.permission_id FROM grants m WHERE m.tenant_id = a.tenant_id AND m.holder_id = a.id
            AND m.closed_at IS NULL AND m.relation = 1))) AS roles
"""  # noqa: S608 - constants
PEOPLE = "FROM account a WHERE a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND a.type IN ('member', 'guest')"
ORDERS: dict[str, tuple[str, ...]] = {
    "name": ("lower(a.name)", "a.id"),
    "department": ("lower(a.department)", "lower(a.name)", "a.id"),
    "newest": ("(-extract(epoch FROM coalesce(a.created_at, 'epoch'))::bigint)", "a.id"),
}


def listing(
    *,
    tenant_id: int,
    text: str,
    type: str | None,
    enabled: bool | None,
    licensed: bool | None,
    admin: bool | None,
    department: str,
    sort: str,
) -> keyset.Listing:
    """People that match; None and "" narrow nothing."""
    values: dict[str, Any] = {"tenant": tenant_id}
    source = PEOPLE
    condition, typed = matching("a", text)
    source += condition
    values |= typed
    for column, value in (("type", type), ("enabled", enabled), ("department", department or None)):
        if value is not None:
            values[column] = value
            source += f" AND a.{column} = %({column})s"
    for condition, wanted in ((f"EXISTS ({ACTIVE_LICENCE})", licensed), (IS_ADMIN, admin)):
        if wanted is not None:
            source += f" AND {'' if wanted else 'NOT '}{condition}"
    return keyset.Listing(columns=COLUMNS, source=source, order=ORDERS[sort], values=values)


def departments(*, tenant_id: int) -> list[dict[str, Any]]:
    """Departments with the number of people in each, largest first."""
    return rows(
        f"SELECT a.department AS name, count(*) AS people {PEOPLE} AND a.department <> '' "
        "GROUP BY a.department ORDER BY count(*) DESC, a.department",
        {"tenant": tenant_id},
    )


def by_guids(*, tenant_id: int, guids: list[str]) -> list[dict[str, Any]]:
    """Rows of the people with these object ids, gone or not."""
    return rows(
        f"SELECT {COLUMNS} FROM account a WHERE a.tenant_id = %(tenant)s AND a.guid = ANY (%(guids)s::uuid[])",  # noqa: S608 - constants
        {"tenant": tenant_id, "guids": guids},
    )


def reports(*, tenant_id: int, guid: str, limit: int) -> list[dict[str, Any]]:
    """People whose manager is the one with this object id, by name."""
    return rows(
        f"SELECT {COLUMNS} {PEOPLE} AND a.manager = %(guid)s ORDER BY lower(a.name), a.id LIMIT %(limit)s",
        {"tenant": tenant_id, "guid": guid, "limit": limit},
    )


def matches(*, tenant_id: int, text: str, limit: int) -> list[dict[str, Any]]:
    """People whose user name or mail is `text`; without such, those whose words begin with its words."""
    values = {"tenant": tenant_id, "text": text.strip().lower(), "limit": limit, "query": prefix_query(text)}
    exact = rows(
        f"SELECT a.guid, a.user_name {PEOPLE} AND (lower(a.user_name) = %(text)s OR lower(a.mail) = %(text)s) "
        "LIMIT %(limit)s",
        values,
    )
    if exact or values["query"] is None:
        return exact
    return rows(
        f"SELECT a.guid, a.user_name {PEOPLE} AND a.search @@ to_tsquery('simple', %(query)s) "
        "ORDER BY lower(a.name), a.id LIMIT %(limit)s",
        values,
    )


def profile(*, tenant_id: int, guid: str) -> dict[str, Any] | None:
    """What only the page of a person shows; None where there is no such person."""
    found = rows(
        "SELECT id, manager::text AS manager, facts, created_at, first_seen, gone_at FROM account "
        "WHERE tenant_id = %(tenant)s AND guid = %(guid)s AND type IN ('member', 'guest')",
        {"tenant": tenant_id, "guid": guid},
    )
    return found[0] if found else None
