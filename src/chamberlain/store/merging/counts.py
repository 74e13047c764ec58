"""The cached numbers of members, people and owners on permissions: of all, or of those that a merge touched.

`recount` holds the permissions in question. Who is eligible does not hold, and counts nowhere.
"""

ALL = """
    CREATE TEMPORARY TABLE recount AS
    SELECT id AS permission_id, family, guid FROM permission WHERE tenant_id = %(tenant)s
"""

# What changed itself, and what it reaches: groups around a group, roles and applications that a group holds, the
# service plans of a licence.
TOUCHED = """
    CREATE TEMPORARY TABLE recount AS
    WITH touched AS (
        SELECT permission_id FROM opening
        UNION SELECT permission_id FROM closing
        UNION SELECT permission_id FROM renested
        UNION SELECT id FROM stirred
        UNION SELECT g.permission_id FROM stirred s
              JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = s.id AND g.closed_at IS NULL
    ), reached AS (
        SELECT permission_id FROM touched
        UNION SELECT n.outer_id FROM touched t
              JOIN nesting n ON n.tenant_id = %(tenant)s AND n.inner_id = t.permission_id
        UNION SELECT g.permission_id FROM touched t
              JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = t.permission_id AND g.closed_at IS NULL
        UNION SELECT plan.id FROM touched t
              JOIN permission l ON l.tenant_id = %(tenant)s AND l.id = t.permission_id AND l.family = 3
              JOIN permission plan ON plan.tenant_id = %(tenant)s AND plan.family = 5 AND plan.parent = l.guid
    )
    SELECT p.id AS permission_id, p.family, p.guid
    FROM reached r JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = r.permission_id
"""

INDEX = "CREATE UNIQUE INDEX ON recount (permission_id)"

# Nobody is a member or an owner of a group twice, so nothing has to be told apart.
GROUPS = """
    CREATE TEMPORARY TABLE counted AS
    SELECT g.permission_id,
           count(*) FILTER (WHERE g.relation = 1) AS members,
           count(*) FILTER (WHERE g.relation = 2) AS owners,
           count(a.id) FILTER (WHERE g.relation = 1) AS people
    FROM recount r
    JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = r.permission_id AND g.closed_at IS NULL
    LEFT JOIN account a ON a.tenant_id = %(tenant)s AND a.id = g.holder_id AND a.gone_at IS NULL
                       AND a.type IN ('member', 'guest')
    WHERE r.family IN (1, 6)
    GROUP BY g.permission_id
"""

# A licence counts only where Microsoft could assign it.
OTHERS = """
    INSERT INTO counted
    SELECT g.permission_id,
           count(DISTINCT g.holder_id) FILTER (WHERE g.relation IN (1, 3)),
           count(DISTINCT g.holder_id) FILTER (WHERE g.relation = 2),
           count(DISTINCT a.id) FILTER (
               WHERE g.relation IN (1, 3)
                 AND coalesce(q.content ->> 'state', 'Active') IN ('Active', 'ActiveWithError'))
    FROM recount r
    JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = r.permission_id AND g.closed_at IS NULL
    LEFT JOIN account a ON a.tenant_id = %(tenant)s AND a.id = g.holder_id AND a.gone_at IS NULL
                       AND a.type IN ('member', 'guest')
    LEFT JOIN qualifier q ON q.tenant_id = %(tenant)s AND q.id = g.qualifier_id
    WHERE r.family NOT IN (1, 6)
    GROUP BY g.permission_id
"""

# Through groups: members of every group inside; for roles and applications, direct members of a group that holds them.
COMPOSED = """
    CREATE TEMPORARY TABLE composed AS
    SELECT r.permission_id, n.inner_id AS group_id
    FROM recount r JOIN nesting n ON n.tenant_id = %(tenant)s AND n.outer_id = r.permission_id
    UNION ALL
    SELECT r.permission_id, g.holder_id
    FROM recount r
    JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = r.permission_id AND g.closed_at IS NULL
                 AND g.relation = 3
    JOIN permission h ON h.tenant_id = %(tenant)s AND h.id = g.holder_id
    WHERE r.family IN (2, 4)
"""

THROUGH = """
    CREATE TEMPORARY TABLE counted_through AS
    WITH held AS (
        SELECT c.permission_id, g.holder_id
        FROM composed c
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = c.group_id AND g.closed_at IS NULL
                     AND g.relation = 1
        UNION
        SELECT g.permission_id, g.holder_id
        FROM (SELECT DISTINCT permission_id FROM composed) AS c
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = c.permission_id AND g.closed_at IS NULL
                     AND g.relation IN (1, 3)
    )
    SELECT h.permission_id, count(*) AS people
    FROM held h
    JOIN account a ON a.tenant_id = %(tenant)s AND a.id = h.holder_id AND a.gone_at IS NULL
                  AND a.type IN ('member', 'guest')
    GROUP BY h.permission_id
"""

# A service plan is derived: whoever holds its licence in at least one state that does not switch it off. Holders are
# grouped by their set of states first, so that a million people with fifty plans each stay a few hundred rows.
PLANS = """
    CREATE TEMPORARY TABLE counted_plan AS
    WITH licence AS (
        SELECT l.id, l.guid FROM permission l
        WHERE l.tenant_id = %(tenant)s AND l.family = 3 AND EXISTS (
            SELECT FROM recount r
            JOIN permission plan ON plan.tenant_id = %(tenant)s AND plan.id = r.permission_id
            WHERE r.family = 5 AND plan.parent = l.guid)
    ), states AS MATERIALIZED (
        SELECT id, qualifiers, count(*) AS people
        FROM (SELECT l.id, array_agg(DISTINCT g.qualifier_id) AS qualifiers
              FROM licence l
              JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = l.id AND g.closed_at IS NULL
                           AND g.relation = 3
              JOIN account a ON a.tenant_id = %(tenant)s AND a.id = g.holder_id AND a.gone_at IS NULL
                            AND a.type IN ('member', 'guest')
              LEFT JOIN qualifier q ON q.tenant_id = %(tenant)s AND q.id = g.qualifier_id
              WHERE coalesce(q.content ->> 'state', 'Active') IN ('Active', 'ActiveWithError')
              GROUP BY l.id, g.holder_id) AS one
        GROUP BY id, qualifiers
    )
    SELECT r.permission_id, sum(states.people) AS people
    FROM recount r
    JOIN permission plan ON plan.tenant_id = %(tenant)s AND plan.id = r.permission_id
    JOIN licence ON licence.guid = plan.parent
    JOIN states ON states.id = licence.id
    WHERE r.family = 5
      AND EXISTS (SELECT FROM qualifier q
                  WHERE q.tenant_id = %(tenant)s AND q.id = ANY (states.qualifiers)
                    AND NOT q.content -> 'disabled' ? plan.guid::text)
    GROUP BY r.permission_id
"""

STORE = """
    UPDATE permission p
    SET members = c.members, owners = c.owners, people = c.people
    FROM (
        SELECT r.permission_id, coalesce(d.members, 0) AS members, coalesce(d.owners, 0) AS owners,
               coalesce(t.people, s.people, d.people, 0) AS people
        FROM recount r
        LEFT JOIN counted d ON d.permission_id = r.permission_id
        LEFT JOIN counted_through t ON t.permission_id = r.permission_id
        LEFT JOIN counted_plan s ON s.permission_id = r.permission_id
    ) c
    WHERE p.tenant_id = %(tenant)s AND p.id = c.permission_id
      AND (p.members, p.owners, p.people) IS DISTINCT FROM (c.members, c.owners, c.people)
"""

FORGET = "DROP TABLE recount, counted, composed, counted_through, counted_plan"
