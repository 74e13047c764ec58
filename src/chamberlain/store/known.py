"""What an earlier sync found, as far as it helps the next one to read with fewer requests."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chamberlain.model.kind import Family, Relation
from chamberlain.store.connection import rows

EXPAND_LIMIT = 20


def sizes(*, tenant_id: int) -> dict[str, int]:
    """accounts, groups, long_groups, members (of the long ones), applications; 0 for what was never read."""
    found = rows(
        """
        SELECT (SELECT count(*) FROM account WHERE tenant_id = %(tenant)s AND gone_at IS NULL
                AND type IN ('member', 'guest')) AS accounts,
               count(*) FILTER (WHERE family = 1) AS groups,
               count(*) FILTER (WHERE family = 1 AND members >= %(expand)s) AS long_groups,
               coalesce(sum(members) FILTER (WHERE family = 1 AND members >= %(expand)s), 0) AS members,
               count(DISTINCT parent) FILTER (WHERE family = 4) AS applications
        FROM permission WHERE tenant_id = %(tenant)s AND gone_at IS NULL
        """,
        {"tenant": tenant_id, "expand": EXPAND_LIMIT},
    )
    return {name: int(value) for name, value in found[0].items()}


def large_groups(*, tenant_id: int, members: int) -> frozenset[str]:
    """GUIDs of groups with more direct members than that."""
    found = rows(
        "SELECT guid::text AS guid FROM permission "
        "WHERE tenant_id = %(tenant)s AND family = 1 AND gone_at IS NULL AND members > %(members)s",
        {"tenant": tenant_id, "members": members},
    )
    return frozenset(row["guid"] for row in found)


def licensing_groups(*, tenant_id: int) -> frozenset[str]:
    """GUIDs of groups that hold a licence now."""
    found = rows(
        "SELECT DISTINCT h.guid::text AS guid FROM permission p "
        "JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.closed_at IS NULL "
        "JOIN permission h ON h.tenant_id = g.tenant_id AND h.id = g.holder_id AND h.family = 1 "
        "WHERE p.tenant_id = %(tenant)s AND p.family = 3",
        {"tenant": tenant_id},
    )
    return frozenset(row["guid"] for row in found)


def role_ends(*, tenant_id: int) -> dict[tuple[str, str, str], str]:
    """When assignments of roles end by themselves: by holder, role and scope."""
    found = rows(
        "SELECT h.guid::text AS holder, p.guid::text AS role, q.content ->> 'scope' AS scope, "
        "q.content ->> 'ends' AS ends FROM permission p "
        "JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id "
        "AND g.relation = 3 AND g.closed_at IS NULL "
        "JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id AND q.content ? 'ends' "
        "JOIN (SELECT tenant_id, id, guid FROM account UNION ALL SELECT tenant_id, id, guid FROM permission) h "
        "ON h.tenant_id = g.tenant_id AND h.id = g.holder_id "
        "WHERE p.tenant_id = %(tenant)s AND p.family = 2",
        {"tenant": tenant_id},
    )
    return {(row["holder"], row["role"], row["scope"]): row["ends"] for row in found}


def bounds(*, tenant_id: int, parts: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Where to cut the listings of users and groups so that all parts are about as long.

    parts    how many parts, by collection: "users", "groups"
    returns  one bound less than parts; () where too little is known
    """
    statements = {
        "users": "SELECT lower(user_name) AS word FROM account "
        "WHERE tenant_id = %(tenant)s AND gone_at IS NULL AND type IN ('member', 'guest')",
        "groups": "SELECT lower(name) AS word FROM permission "
        "WHERE tenant_id = %(tenant)s AND family = 1 AND gone_at IS NULL",
    }
    found: dict[str, tuple[str, ...]] = {}
    for collection, count in parts.items():
        shares = [number / count for number in range(1, count)]
        cut = rows(
            f'SELECT percentile_disc(%(shares)s::float8[]) WITHIN GROUP (ORDER BY word COLLATE "C") AS words '  # noqa: S608
            f"FROM ({statements[collection]}) AS known WHERE word ~ '^[a-z0-9]'",
            {"tenant": tenant_id, "shares": shares},
        )
        words: Sequence[str] = (cut[0]["words"] if shares else None) or ()
        found[collection] = tuple(dict.fromkeys(word for word in words if word))
    return found


def back_from_gone(*, tenant_id: int, guids: Iterable[str]) -> frozenset[str]:
    """Those of these accounts and groups that were gone until now."""
    found = rows(
        """
        SELECT guid::text AS guid FROM account
        WHERE tenant_id = %(tenant)s AND gone_at IS NOT NULL AND guid = ANY (%(guids)s::uuid[])
        UNION
        SELECT guid::text FROM permission
        WHERE tenant_id = %(tenant)s AND family = 1 AND gone_at IS NOT NULL AND guid = ANY (%(guids)s::uuid[])
        """,
        {"tenant": tenant_id, "guids": list(guids)},
    )
    return frozenset(row["guid"] for row in found)


def groups_among(*, tenant_id: int, guids: Iterable[str]) -> frozenset[str]:
    """Those of these that are groups, present or past."""
    found = rows(
        "SELECT guid::text AS guid FROM permission "
        "WHERE tenant_id = %(tenant)s AND family = 1 AND guid = ANY (%(guids)s::uuid[])",
        {"tenant": tenant_id, "guids": list(guids)},
    )
    return frozenset(row["guid"] for row in found)


def held_when_gone(*, tenant_id: int, guids: Iterable[str]) -> dict[str, frozenset[str]]:
    """What these accounts and groups held when they went: GUIDs of "groups" and of "applications"."""
    found = rows(
        """
        WITH back AS (
            SELECT id, gone_at FROM account WHERE tenant_id = %(tenant)s AND guid = ANY (%(guids)s::uuid[])
            UNION ALL
            SELECT id, gone_at FROM permission
            WHERE tenant_id = %(tenant)s AND family = 1 AND guid = ANY (%(guids)s::uuid[])
        )
        SELECT DISTINCT p.family, CASE WHEN p.family = 1 THEN p.guid ELSE p.parent END::text AS guid
        FROM back b
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = b.id AND g.closed_at = b.gone_at
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id
        WHERE p.family IN (1, 4)
        """,
        {"tenant": tenant_id, "guids": list(guids)},
    )
    return {
        "groups": frozenset(row["guid"] for row in found if row["family"] == Family.GROUP),
        "applications": frozenset(row["guid"] for row in found if row["family"] == Family.APP_ROLE),
    }


def next_slice(*, tenant_id: int, after: Mapping[str, str], sizes: Mapping[str, int]) -> dict[str, list[str]]:
    """The next objects in order of GUID, to be read again and compared; at the end of the line it begins anew.

    after, sizes  by kind: "people", "groups", "applications"
    """
    statements: dict[str, str] = {
        "people": "SELECT guid FROM account "
        "WHERE tenant_id = %(tenant)s AND gone_at IS NULL AND type IN ('member', 'guest')",
        "groups": "SELECT guid FROM permission WHERE tenant_id = %(tenant)s AND family = 1 AND gone_at IS NULL "
        "AND members <= %(large)s",
        "applications": "SELECT DISTINCT parent AS guid FROM permission "
        "WHERE tenant_id = %(tenant)s AND family = 4 AND gone_at IS NULL",
    }
    found: dict[str, list[str]] = {}
    for kind, statement in statements.items():
        values: dict[str, Any] = {"tenant": tenant_id, "size": sizes[kind], "large": 1_500}
        ordered = f"SELECT guid::text AS guid FROM ({statement}) AS one WHERE guid > %(after)s::uuid ORDER BY guid LIMIT %(size)s"  # noqa: S608, E501
        for start in (after.get(kind) or FIRST, FIRST):
            found[kind] = [row["guid"] for row in rows(ordered, {**values, "after": start})]
            if found[kind]:
                break
    return found


FIRST = "00000000-0000-0000-0000-000000000000"


def open_edges(*, tenant_id: int, people: Iterable[str], groups: Iterable[str], applications: Iterable[str]) -> int:
    """How many open edges these have: licences of people, members and owners of groups, assignments to applications."""
    found = rows(
        """
        SELECT count(*) AS count FROM grants g
        JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id
        LEFT JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id
        WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND (
            (p.family = 1 AND p.guid = ANY (%(groups)s::uuid[]) AND g.relation <> %(assigned)s)
            OR (p.family = 4 AND p.parent = ANY (%(applications)s::uuid[]))
            OR (p.family = 3 AND a.guid = ANY (%(people)s::uuid[])))
        """,
        {
            "tenant": tenant_id,
            "groups": list(groups),
            "applications": list(applications),
            "people": list(people),
            "assigned": int(Relation.ASSIGNED),
        },
    )
    return int(found[0]["count"])


def counts(*, tenant_id: int) -> dict[str, int]:
    """How many "users" and "groups" we show."""
    found = sizes(tenant_id=tenant_id)
    return {"users": found["accounts"], "groups": found["groups"]}
