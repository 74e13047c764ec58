"""Grants: which open edges have ended, and which are new.

`closing` and `opening` hold the difference; what counts and nesting need to know of a merge is in them.
"""

# Every edge of a permission that is known. An outer join with a condition on what it finds: the planner takes the three
# columns of a permission for independent, and would plan an inner join of millions of rows as one of a handful.
RESOLVE = """
    CREATE TEMPORARY TABLE resolved AS
    SELECT coalesce(h.id, a.id) AS holder_id, p.id AS permission_id, s.relation, coalesce(v.id, 0) AS via_id,
           s.qualifier_id, s.family,
           CASE WHEN coalesce(h.id, a.id) IS NULL THEN s.holder END AS stranger,
           CASE WHEN coalesce(h.id, a.id) IS NULL THEN s.holder_type END AS type,
           CASE WHEN coalesce(h.id, a.id) IS NULL THEN s.holder_name END AS name
    FROM final_grant s
    LEFT JOIN permission p ON p.tenant_id = %(tenant)s AND p.family = s.family AND p.parent = s.parent
                          AND p.guid = s.guid
    LEFT JOIN permission h ON h.tenant_id = %(tenant)s AND h.family = 1 AND h.guid = s.holder
    LEFT JOIN account a ON a.tenant_id = %(tenant)s AND a.guid = s.holder
    LEFT JOIN permission v ON v.tenant_id = %(tenant)s AND v.family = 1 AND v.guid = s.via
    WHERE coalesce(p.id, 0) <> 0
"""

# Devices, contacts and service principals are not listed by themselves: the first grant introduces them.
HAS_STRANGERS = "SELECT EXISTS (SELECT FROM resolved WHERE stranger IS NOT NULL)"

ADD_STRANGER = """
    INSERT INTO account (tenant_id, guid, type, name, first_seen, since)
    SELECT DISTINCT ON (stranger) %(tenant)s, stranger, type, name, %(now)s, %(now)s
    FROM resolved
    WHERE stranger IS NOT NULL AND type <> 'group'
    ORDER BY stranger, name DESC
    ON CONFLICT ON CONSTRAINT account_guid DO NOTHING
"""

PLACE_STRANGER = """
    UPDATE resolved r SET holder_id = a.id
    FROM account a WHERE a.tenant_id = %(tenant)s AND r.stranger IS NOT NULL AND a.guid = r.stranger
"""

FORGET_UNKNOWN = "DELETE FROM resolved WHERE holder_id IS NULL"  # groups that were not listed

CLOSING = """
    CREATE TEMPORARY TABLE closing (
        permission_id bigint, relation smallint, holder_id bigint, via_id bigint, qualifier_id int, family smallint)
"""

IS_ANYTHING_OPEN = "SELECT EXISTS (SELECT FROM grants WHERE tenant_id = %(tenant)s AND closed_at IS NULL)"

HAS_CHANGED_OR_ENDED = "SELECT EXISTS (SELECT FROM changed_key), EXISTS (SELECT FROM ended)"

CLOSE_UNSEEN = """
    INSERT INTO closing
    SELECT g.permission_id, g.relation, g.holder_id, g.via_id, g.qualifier_id, p.family
    FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id
"""
NOT_SEEN = """
      AND NOT EXISTS (
          SELECT FROM resolved r
          WHERE r.permission_id = g.permission_id AND r.holder_id = g.holder_id AND r.relation = g.relation
            AND r.via_id = g.via_id AND r.qualifier_id = g.qualifier_id)
"""
# Graph tells no owners of groups that Exchange manages: only who read owners alone, from Exchange, may end one.
BY_WHO_SEES_IT = """
      AND ({edge}.relation <> 2 OR cardinality(%(relations)s::smallint[]) = 1
           OR p.kind NOT IN ('mail_security_group', 'distribution_group'))
"""
COVERED = """
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.relation = ANY (%(relations)s)
      AND p.family = %(family)s
      AND p.guid <> ALL (%(missing)s::uuid[]) AND p.parent <> ALL (%(missing)s::uuid[])
""" + BY_WHO_SEES_IT.replace("{edge}", "g")

CLOSE_UNSEEN_OF_FAMILY = CLOSE_UNSEEN + COVERED + NOT_SEEN

# Where everything was read, millions of edges are compared in one pass: what was seen and is not open, and what is open
# and was not seen (`unseen`).
DIFFERENCE = """
    CREATE TEMPORARY TABLE difference AS
    SELECT coalesce(r.permission_id, g.permission_id) AS permission_id, coalesce(r.relation, g.relation) AS relation,
           coalesce(r.holder_id, g.holder_id) AS holder_id, coalesce(r.via_id, g.via_id) AS via_id,
           coalesce(r.qualifier_id, g.qualifier_id) AS qualifier_id, r.family, r.permission_id IS NULL AS unseen
    FROM resolved r
    FULL JOIN (SELECT permission_id, relation, holder_id, via_id, qualifier_id
               FROM grants WHERE tenant_id = %(tenant)s AND closed_at IS NULL) g
        ON g.permission_id = r.permission_id AND g.holder_id = r.holder_id AND g.relation = r.relation
       AND g.via_id = r.via_id AND g.qualifier_id = r.qualifier_id
    WHERE r.permission_id IS NULL OR g.permission_id IS NULL
"""

CLOSE_DIFFERENT_OF_FAMILY = (
    """
    INSERT INTO closing
    SELECT d.permission_id, d.relation, d.holder_id, d.via_id, d.qualifier_id, p.family
    FROM difference d
    JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = d.permission_id
    WHERE d.unseen AND d.relation = ANY (%(relations)s) AND p.family = %(family)s
      AND p.guid <> ALL (%(missing)s::uuid[]) AND p.parent <> ALL (%(missing)s::uuid[])
"""  # noqa: S608 - constants
    + BY_WHO_SEES_IT.replace("{edge}", "d")
)

CLOSE_UNSEEN_OF_PERMISSIONS = (
    CLOSE_UNSEEN  # noqa: S608 - constants
    + COVERED
    + """
      AND p.id IN (
          SELECT id FROM permission
          WHERE tenant_id = %(tenant)s AND family = %(family)s AND guid = ANY (%(guids)s::uuid[])
          UNION SELECT id FROM permission
          WHERE tenant_id = %(tenant)s AND family = %(family)s AND parent = ANY (%(guids)s::uuid[]))
"""
    + NOT_SEEN
)

CLOSE_UNSEEN_OF_HOLDERS = (
    CLOSE_UNSEEN  # noqa: S608 - constants
    + COVERED
    + """
      AND g.holder_id IN (
          SELECT id FROM account WHERE tenant_id = %(tenant)s AND guid = ANY (%(guids)s::uuid[])
          UNION SELECT id FROM permission
          WHERE tenant_id = %(tenant)s AND family = 1 AND guid = ANY (%(guids)s::uuid[]))
"""
    + NOT_SEEN
)

# A change speaks of all that has its key: what is open of it and was not said again has ended. Keys are few beside
# edges, so each is looked up: left to itself, the planner reads all edges of the tenant.
CLOSE_CHANGED = (
    """
    INSERT INTO closing
    SELECT g.permission_id, g.relation, g.holder_id, g.via_id, g.qualifier_id, g.family
    FROM (
        WITH pair AS MATERIALIZED (
            SELECT p.id AS permission_id, h.id AS holder_id, c.relation, c.family
            FROM changed_key c
            JOIN permission p ON p.tenant_id = %(tenant)s AND p.family = c.family AND p.parent = c.parent
                             AND p.guid = c.guid
            JOIN LATERAL (
                SELECT id FROM account a WHERE a.tenant_id = %(tenant)s AND a.guid = c.holder
                UNION ALL
                SELECT id FROM permission h WHERE h.tenant_id = %(tenant)s AND h.family = 1 AND h.guid = c.holder
            ) AS h ON true
        )
        SELECT pair.family, open.* FROM pair
        JOIN LATERAL (
            SELECT e.permission_id, e.relation, e.holder_id, e.via_id, e.qualifier_id FROM grants e
            WHERE e.tenant_id = %(tenant)s AND e.closed_at IS NULL AND e.permission_id = pair.permission_id
              AND e.relation = pair.relation AND e.holder_id = pair.holder_id
            OFFSET 0
        ) AS open ON true
    ) AS g
    WHERE true
"""  # noqa: S608 - constants
    + NOT_SEEN
)

CLOSE_HELD_BY_ENDED = (
    CLOSE_UNSEEN  # noqa: S608 - constants
    + """
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.holder_id IN (SELECT id FROM ended)
"""
    + NOT_SEEN
)

CLOSE_ON_ENDED = (
    CLOSE_UNSEEN  # noqa: S608 - constants
    + """
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.permission_id IN (SELECT id FROM ended)
"""
    + NOT_SEEN
)

PREVIOUS_LOOK = """
    CREATE TEMPORARY TABLE previous_look AS
    SELECT f.family, c.seen_at
    FROM unnest(%(families)s::smallint[], %(names)s::text[]) AS f (family, name)
    JOIN coverage c ON c.tenant_id = %(tenant)s AND c.what = f.name
"""

CLOSE = """
    UPDATE grants g
    SET closed_at = %(now)s,
        last_seen = greatest(g.opened_at, (SELECT seen_at FROM previous_look l WHERE l.family = c.family))
    FROM closing c
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.permission_id = c.permission_id
      AND g.relation = c.relation AND g.holder_id = c.holder_id AND g.via_id = c.via_id
      AND g.qualifier_id = c.qualifier_id
"""

CLOSED = """
    SELECT family, count(DISTINCT (permission_id, relation, holder_id, via_id, qualifier_id))
    FROM closing GROUP BY family
"""

# In the order of the index: rows that are neighbours there are then neighbours on disk, and each page is written once.
# What is sorted anyway needs no hashing to be told apart.
BY_SORTING = "SET LOCAL enable_hashagg = off"
AS_BEFORE = "SET LOCAL enable_hashagg = on"
OPENING = """
    CREATE TEMPORARY TABLE opening AS
    SELECT DISTINCT r.permission_id, r.relation, r.holder_id, r.via_id, r.qualifier_id, r.family
"""
IN_ORDER = " ORDER BY r.permission_id, r.relation, r.holder_id, r.via_id, r.qualifier_id"
OPENING_OF_DIFFERENCE = OPENING + " FROM difference r WHERE NOT r.unseen" + IN_ORDER
OPENING_OF_RESOLVED = (
    OPENING
    + """
    FROM resolved r
    WHERE NOT EXISTS (
        SELECT FROM grants g
        WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.permission_id = r.permission_id
          AND g.relation = r.relation AND g.holder_id = r.holder_id AND g.via_id = r.via_id
          AND g.qualifier_id = r.qualifier_id)
"""
    + IN_ORDER
)

OPEN = """
    INSERT INTO grants (tenant_id, holder_id, permission_id, relation, via_id, qualifier_id, opened_at)
    SELECT %(tenant)s, holder_id, permission_id, relation, via_id, qualifier_id, %(now)s FROM opening
"""

OPENED = "SELECT family, count(*) FROM opening GROUP BY family"

FORGET = "DROP TABLE resolved, closing, opening, previous_look"
FORGET_DIFFERENCE = "DROP TABLE difference"
