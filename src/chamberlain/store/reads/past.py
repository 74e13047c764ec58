"""People and permissions as they were at a time, by themselves and in lists."""

from datetime import datetime
from typing import Any

from chamberlain.model.kind import Family
from chamberlain.store.connection import rows
from chamberlain.store.reads import keyset
from chamberlain.store.reads.interval import as_of
from chamberlain.store.reads.permissions import HOLDERS, INNER_THEN
from chamberlain.store.reads.version import account_then, permission_then
from chamberlain.store.reads.words import matching, prefix_query

PERSON = (
    "a.id, a.guid, a.name, a.user_name, a.mail, a.type, a.enabled, a.department, a.job_title, "
    "a.manager::text AS manager, a.facts, a.created_at, a.first_seen"
)
PEOPLE = f"""
    SELECT {PERSON} FROM {
    account_then(ids="IN (SELECT id FROM account WHERE tenant_id = %(tenant)s AND guid = ANY (%(guids)s::uuid[]))")
} a
"""  # noqa: S608 - constants
# Whom a manager had: those who still have them, those who are gone since, and those who have another one since.
REPORTS = """
    SELECT a.guid FROM account a
    WHERE a.tenant_id = %(tenant)s AND a.manager = %(guid)s AND a.gone_at IS NULL AND a.since <= %(at)s
    UNION ALL
    SELECT a.guid FROM account a
    WHERE a.tenant_id = %(tenant)s AND a.manager = %(guid)s AND a.gone_at > %(at)s AND a.since <= %(at)s
    UNION ALL
    SELECT a.guid FROM account_past o JOIN account a ON a.tenant_id = o.tenant_id AND a.id = o.account_id
    WHERE o.tenant_id = %(tenant)s AND o.manager = %(guid)s AND o.since <= %(at)s AND o.until > %(at)s
    LIMIT %(limit)s
"""
PERMISSION = f"""
    SELECT p.id, p.family, p.kind, p.guid::text AS guid, p.parent::text AS parent, p.key, p.name, p.description,
           p.app, p.mail, p.facts, p.first_seen
    FROM {permission_then(ids="= %(permission)s")} p
"""  # noqa: S608 - constants
OWNERS = f"""
    SELECT a.guid, a.name, a.type
    FROM grants g JOIN {account_then()} a ON a.id = g.holder_id
    WHERE g.tenant_id = %(tenant)s AND g.permission_id = %(permission)s AND g.relation = 2 AND g.closed_at IS NULL
    ORDER BY lower(a.name), a.id
"""  # noqa: S608 - constants
NEIGHBOURS = f"""
    SELECT 'out' AS side, p.family, p.key, p.kind, p.name, p.app
    FROM grants g JOIN {permission_then()} p ON p.id = g.permission_id
    WHERE g.tenant_id = %(tenant)s AND g.holder_id = %(permission)s AND g.closed_at IS NULL AND g.relation <> 2
    UNION ALL
    SELECT 'in', p.family, p.key, p.kind, p.name, p.app
    FROM grants g JOIN {permission_then()} p ON p.id = g.holder_id
    WHERE g.tenant_id = %(tenant)s AND g.permission_id = %(permission)s AND g.closed_at IS NULL AND g.relation <> 2
    ORDER BY 5, 3
"""  # noqa: S608 - constants
HOLDERS_OF_GROUP = f"""
    SELECT m.holder_id FROM grants m
    WHERE m.tenant_id = %(tenant)s AND m.closed_at IS NULL AND m.relation = 1 AND m.permission_id IN ({INNER_THEN})
"""  # noqa: S608 - constants
HOLDERS_OF_ELIGIBILITY = """
    SELECT g.holder_id FROM grants g
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.relation = 4 AND g.permission_id = %(permission)s
    UNION
    SELECT m.holder_id FROM grants g
    JOIN grants m ON m.tenant_id = g.tenant_id AND m.permission_id = g.holder_id AND m.closed_at IS NULL
                 AND m.relation = 1
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.relation = 4 AND g.permission_id = %(permission)s
"""
EVER_MATCHED = """
    SELECT DISTINCT a.guid, a.user_name, lower(a.name) AS sorted FROM account a
    LEFT JOIN account_past o ON o.tenant_id = a.tenant_id AND o.account_id = a.id
    WHERE a.tenant_id = %(tenant)s AND a.type IN ('member', 'guest')
      AND (lower(a.user_name) = %(text)s OR lower(a.mail) = %(text)s
           OR lower(o.user_name) = %(text)s OR lower(o.mail) = %(text)s)
    ORDER BY sorted LIMIT %(limit)s
"""
EVER_FOUND = """
    SELECT DISTINCT a.guid, a.user_name, lower(a.name) AS sorted FROM account a
    LEFT JOIN account_past o ON o.tenant_id = a.tenant_id AND o.account_id = a.id
    WHERE a.tenant_id = %(tenant)s AND a.type IN ('member', 'guest')
      AND (a.search @@ to_tsquery('simple', %(query)s)
           OR to_tsvector('simple', o.name) @@ to_tsquery('simple', %(query)s))
    ORDER BY sorted LIMIT %(limit)s
"""


def people(*, tenant_id: int, guids: list[str], at: datetime) -> list[dict[str, Any]]:
    """People with these object ids as they were at a time; without those who were not there."""
    return rows(PEOPLE, {"tenant": tenant_id, "guids": guids, "at": at})


def reports(*, tenant_id: int, guid: str, at: datetime, limit: int) -> list[str]:
    """Object ids of those whose manager a person was at a time."""
    found = rows(REPORTS, {"tenant": tenant_id, "guid": guid, "at": at, "limit": limit})
    return [str(row["guid"]) for row in found]


def ever_matched(*, tenant_id: int, text: str, limit: int) -> list[dict[str, Any]]:
    """People who are or once were called `text`, there or gone."""
    values = {"tenant": tenant_id, "text": text.strip().lower(), "limit": limit, "query": prefix_query(text)}
    exact = rows(EVER_MATCHED, values)
    if exact or values["query"] is None:
        return exact
    return rows(EVER_FOUND, values)


def permission(*, tenant_id: int, permission_id: int, at: datetime) -> dict[str, Any] | None:
    """A permission as it was at a time; None where it was not there."""
    found = rows(PERMISSION, {"tenant": tenant_id, "permission": permission_id, "at": at})
    return found[0] if found else None


def owners(*, tenant_id: int, permission_id: int, at: datetime) -> list[dict[str, Any]]:
    """Who owned it, by name."""
    return rows(as_of(OWNERS, at), {"tenant": tenant_id, "permission": permission_id, "at": at})


def neighbours(*, tenant_id: int, permission_id: int, at: datetime) -> list[dict[str, Any]]:
    """Permissions that it held ("out") and groups that held it ("in"), by name."""
    return rows(as_of(NEIGHBOURS, at), {"tenant": tenant_id, "permission": permission_id, "at": at})


def members(*, tenant_id: int, permission_id: int, family: int, text: str, at: datetime) -> keyset.Listing:
    """Accounts that held it by whatever path, by name."""
    condition, typed = matching("a", text)
    return keyset.Listing(
        columns="a.id, a.guid, a.name, a.user_name, a.type, a.enabled, a.first_seen",
        source=f"FROM {_held(family, at)} a WHERE true{condition}",
        order=("lower(a.name)", "a.id"),
        values={"tenant": tenant_id, "permission": permission_id, "at": at, **typed},
    )


def _held(family: int, at: datetime) -> str:
    holders = as_of(HOLDERS_OF_GROUP if Family(family).is_group else HOLDERS[family], at)
    then = account_then(ids="IN (SELECT holder_id FROM held)")
    return f"(WITH held AS MATERIALIZED ({holders}) SELECT * FROM {then} held_then)"  # noqa: S608 - constants


def eligible(*, tenant_id: int, permission_id: int, limit: int, at: datetime | None) -> list[dict[str, Any]]:
    """Accounts that may activate a role and do not hold it otherwise, now or at a time, by name."""
    accounts = "(SELECT * FROM account WHERE tenant_id = %(tenant)s AND gone_at IS NULL)"
    return rows(
        as_of(
            "SELECT a.id, a.guid, a.name, a.user_name, a.type, a.enabled, a.first_seen "  # noqa: S608 - constants
            f"FROM {accounts if at is None else account_then()} a "
            f"WHERE a.id IN ({HOLDERS_OF_ELIGIBILITY}) AND a.id NOT IN ({HOLDERS[Family.ROLE]}) "
            "ORDER BY lower(a.name), a.id LIMIT %(limit)s",
            at,
        ),
        {"tenant": tenant_id, "permission": permission_id, "limit": limit, "at": at},
    )
