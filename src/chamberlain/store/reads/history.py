"""What was opened and closed when, for one person or one permission, nesting included.

A way of holding is the time that all of its edges have in common: who was in a group from March to May, while it was
inside another from April on, was in the other from April to May.
"""

from datetime import datetime
from typing import Any

from chamberlain.store.connection import rows
from chamberlain.store.reads import keyset

# Groups that the person was ever in: the time, and the group that they were a direct member of meanwhile.
INSIDE = """
    inside AS (
        SELECT g.permission_id AS id, g.permission_id AS first, g.opened_at AS lo,
               coalesce(g.closed_at, 'infinity') AS hi
        FROM grants g WHERE g.tenant_id = %(tenant)s AND g.holder_id = %(holder)s AND g.relation = 1
        UNION
        SELECT g.permission_id, i.first, greatest(i.lo, g.opened_at), least(i.hi, coalesce(g.closed_at, 'infinity'))
        FROM inside i
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = i.id AND g.relation = 1
                     AND g.opened_at < i.hi AND coalesce(g.closed_at, 'infinity') > i.lo
    )
"""
# Every way of holding. `via`: the group that the person is a direct member of; 0: no group in between.
WAYS_OF_PERSON = """
    way AS (
        SELECT g.permission_id, g.relation::int, g.via_id AS via, g.qualifier_id, g.opened_at AS lo,
               coalesce(g.closed_at, 'infinity') AS hi
        FROM grants g WHERE g.tenant_id = %(tenant)s AND g.holder_id = %(holder)s
        UNION ALL
        SELECT id, 1, first, 0, lo, hi FROM inside WHERE id <> first
        UNION ALL
        SELECT g.permission_id, g.relation::int, i.first, g.qualifier_id, greatest(i.lo, g.opened_at),
               least(i.hi, coalesce(g.closed_at, 'infinity'))
        FROM inside i
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = i.id AND g.relation IN (3, 4)
                     AND g.opened_at < i.hi AND coalesce(g.closed_at, 'infinity') > i.lo
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family IN (2, 4)
        WHERE i.id = i.first
    )
"""
# Ways that touch or overlap are one span; where one ends as the next begins, with other details, it changed.
EVENTS_OF_PERSON = f"""
    WITH RECURSIVE {INSIDE}, {WAYS_OF_PERSON},
    span AS (
        SELECT permission_id, relation, via, qualifier_id,
               unnest(range_agg(tstzrange(lo, nullif(hi, 'infinity')))) AS span
        FROM way GROUP BY permission_id, relation, via, qualifier_id
    ),
    edge AS (
        SELECT lower(span) AS at, permission_id, relation, via, qualifier_id, true AS opened,
               NULL::timestamptz AS began FROM span
        UNION ALL
        SELECT upper(span), permission_id, relation, via, qualifier_id, false, lower(span)
        FROM span WHERE NOT upper_inf(span)
    )
    SELECT at, permission_id, relation, via, bool_or(opened) AS opened, bool_or(NOT opened) AS closed,
           min(began) AS began, (extract(epoch FROM at) * 1000000)::bigint AS micros,
           max(qualifier_id) FILTER (WHERE NOT opened) AS was, max(qualifier_id) FILTER (WHERE opened) AS became
    FROM edge GROUP BY at, permission_id, relation, via
"""  # noqa: S608 - constants
NAMES_OF_PERSON = """
    JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = e.permission_id
    LEFT JOIN permission v ON v.tenant_id = %(tenant)s AND v.id = e.via
    LEFT JOIN qualifier q ON q.tenant_id = %(tenant)s AND q.id = e.became
    LEFT JOIN qualifier w ON w.tenant_id = %(tenant)s AND w.id = e.was
"""
COLUMNS_OF_PERSON = (
    "e.at, e.opened, e.closed, e.relation, p.key, p.kind, p.name, p.app, "
    "v.key AS via_key, v.kind AS via_kind, v.name AS via_name, w.content AS was, q.content AS became, e.began, "
    "(SELECT max(g.last_seen) FROM grants g WHERE g.tenant_id = %(tenant)s AND g.holder_id = %(holder)s "
    "AND g.permission_id = e.permission_id AND g.relation = e.relation AND g.via_id = e.via AND g.closed_at = e.at) "
    "AS last_seen"
)
NEWEST_FIRST = ("(-e.micros)", "e.permission_id", "e.relation", "e.via")

# A group and all that were ever inside it, with the time; for other permissions only itself.
AROUND = """
    around AS (
        SELECT %(permission)s::bigint AS id, '-infinity'::timestamptz AS lo, 'infinity'::timestamptz AS hi
        UNION
        SELECT g.holder_id, greatest(a.lo, g.opened_at), least(a.hi, coalesce(g.closed_at, 'infinity'))
        FROM around a
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = a.id AND g.relation = ANY (%(relations)s)
                     AND g.opened_at < a.hi AND coalesce(g.closed_at, 'infinity') > a.lo
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.holder_id
    )
"""
MOMENTS_OF_PERSON = f"""
    WITH RECURSIVE {INSIDE}, {WAYS_OF_PERSON}
    SELECT lo AS at FROM way UNION SELECT hi FROM way WHERE hi < 'infinity'
    UNION SELECT since FROM account WHERE tenant_id = %(tenant)s AND id = %(holder)s
    UNION SELECT gone_at FROM account WHERE tenant_id = %(tenant)s AND id = %(holder)s AND gone_at IS NOT NULL
    UNION SELECT since FROM account_past WHERE tenant_id = %(tenant)s AND account_id = %(holder)s
    UNION SELECT until FROM account_past WHERE tenant_id = %(tenant)s AND account_id = %(holder)s
"""  # noqa: S608 - constants
MOMENTS_OF_PERMISSION = f"""
    WITH RECURSIVE {AROUND}
    SELECT g.opened_at AS at FROM around a
    JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = a.id AND g.opened_at BETWEEN a.lo AND a.hi
    UNION
    SELECT g.closed_at FROM around a
    JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = a.id AND g.closed_at BETWEEN a.lo AND a.hi
    UNION SELECT lo FROM around WHERE lo > '-infinity'
    UNION SELECT hi FROM around WHERE hi < 'infinity'
    UNION SELECT opened_at FROM grants WHERE tenant_id = %(tenant)s AND holder_id = %(permission)s
    UNION SELECT closed_at FROM grants WHERE tenant_id = %(tenant)s AND holder_id = %(permission)s
        AND closed_at IS NOT NULL
    UNION SELECT since FROM permission WHERE tenant_id = %(tenant)s AND id = %(permission)s
    UNION SELECT gone_at FROM permission WHERE tenant_id = %(tenant)s AND id = %(permission)s AND gone_at IS NOT NULL
    UNION SELECT since FROM permission_past WHERE tenant_id = %(tenant)s AND permission_id = %(permission)s
    UNION SELECT until FROM permission_past WHERE tenant_id = %(tenant)s AND permission_id = %(permission)s
"""  # noqa: S608 - constants
EVENTS_OF_PERMISSION = """
    SELECT at, holder_id, relation, via_id, bool_or(opened) AS opened, bool_or(NOT opened) AS closed,
           min(began) AS began, max(last_seen) AS last_seen, (extract(epoch FROM at) * 1000000)::bigint AS micros,
           max(qualifier_id) FILTER (WHERE NOT opened) AS was, max(qualifier_id) FILTER (WHERE opened) AS became
    FROM (
        SELECT opened_at AS at, holder_id, relation::int, via_id, qualifier_id, true AS opened,
               NULL::timestamptz AS began, NULL::timestamptz AS last_seen FROM grants
        WHERE tenant_id = %(tenant)s AND permission_id = %(permission)s AND opened_at > %(since)s
        UNION ALL
        SELECT closed_at, holder_id, relation::int, via_id, qualifier_id, false, opened_at, last_seen FROM grants
        WHERE tenant_id = %(tenant)s AND permission_id = %(permission)s AND closed_at IS NOT NULL
    ) edge GROUP BY at, holder_id, relation, via_id
"""
NAMES_OF_PERMISSION = """
    LEFT JOIN account a ON a.tenant_id = %(tenant)s AND a.id = e.holder_id
    LEFT JOIN permission h ON h.tenant_id = %(tenant)s AND h.id = e.holder_id
    LEFT JOIN permission v ON v.tenant_id = %(tenant)s AND v.id = e.via_id
    LEFT JOIN qualifier q ON q.tenant_id = %(tenant)s AND q.id = e.became
    LEFT JOIN qualifier w ON w.tenant_id = %(tenant)s AND w.id = e.was
"""
COLUMNS_OF_PERMISSION = (
    "e.at, e.opened, e.closed, e.relation, a.guid, a.name AS account_name, a.type, h.key, h.kind, h.name, h.app, "
    "v.key AS via_key, v.kind AS via_kind, v.name AS via_name, w.content AS was, q.content AS became, "
    "e.began, e.last_seen"
)
NEWEST_HOLDER_FIRST = ("(-e.micros)", "e.holder_id", "e.relation", "e.via_id")


KNOWN_SINCE = """
    SELECT coalesce((SELECT min(since) FROM coverage WHERE tenant_id = %(tenant)s), (
        SELECT min(at) FROM (
            (SELECT first_seen AS at FROM account WHERE tenant_id = %(tenant)s ORDER BY id LIMIT 1)
            UNION ALL
            (SELECT first_seen FROM permission WHERE tenant_id = %(tenant)s ORDER BY id LIMIT 1)) AS earliest)) AS at
"""


def known_since(*, tenant_id: int) -> datetime | None:
    """When the tenant was first looked at; None before. Without a note of it, when its first object was seen."""
    moment: datetime | None = rows(KNOWN_SINCE, {"tenant": tenant_id})[0]["at"]
    return moment


def last_seen(*, tenant_id: int) -> dict[str, datetime]:
    """When accounts ("accounts") and each family ("group", ...) were last looked at: open grants were there then."""
    found = rows("SELECT what, seen_at FROM coverage WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    return {row["what"]: row["seen_at"] for row in found}


def events_of_person(*, tenant_id: int, account_id: int) -> keyset.Listing:
    """What an account came to hold or held no longer, newest first."""
    return _listing(
        COLUMNS_OF_PERSON,
        EVENTS_OF_PERSON,
        NAMES_OF_PERSON,
        NEWEST_FIRST,
        {"tenant": tenant_id, "holder": account_id},
    )


def events_of_permission(*, tenant_id: int, permission_id: int, since: datetime) -> keyset.Listing:
    """Who came to hold a permission directly after `since` or did so no longer, newest first."""
    return _listing(
        COLUMNS_OF_PERMISSION,
        EVENTS_OF_PERMISSION,
        NAMES_OF_PERMISSION,
        NEWEST_HOLDER_FIRST,
        {"tenant": tenant_id, "permission": permission_id, "since": since},
    )


def _listing(columns: str, every: str, names: str, order: tuple[str, ...], values: dict[str, Any]) -> keyset.Listing:
    source = f"FROM ({every}) AS e {names} WHERE true"
    return keyset.Listing(columns=columns, source=source, order=order, values=values, every=every, joins=names)


def moments_of_person(*, tenant_id: int, account_id: int) -> list[datetime]:
    """Every time at which something about what an account holds changed, in order."""
    return _moments(MOMENTS_OF_PERSON, {"tenant": tenant_id, "holder": account_id})


def moments_of_permission(*, tenant_id: int, permission_id: int, is_group: bool) -> list[datetime]:
    """Every time at which something about who holds a permission changed, in order."""
    relations = [1] if is_group else [3, 4]
    return _moments(MOMENTS_OF_PERMISSION, {"tenant": tenant_id, "permission": permission_id, "relations": relations})


def _moments(statement: str, values: dict[str, Any]) -> list[datetime]:
    return sorted(row["at"] for row in rows(statement, values))
