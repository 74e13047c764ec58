"""The figures of `figures.py`, brought up to date only where this merge touched something; nothing else is read.

What was before this merge is still there: edges that it closed and versions that it ended have its time (M4).
"""

from typing import LiteralString

ARE_THERE: LiteralString = "SELECT EXISTS (SELECT FROM tenant_figure WHERE tenant_id = %(tenant)s)"

# Whose licences or roles can be others now: who holds them, who is in a group that holds a role, or held one; and who
# is new with a licence, for nobody may know that licence.
TOUCHED_HOLDERS: LiteralString = """
    CREATE TEMPORARY TABLE touched_holder AS
    WITH edge AS (
        SELECT holder_id, permission_id, relation, family FROM opening WHERE family <= 3
        UNION ALL SELECT holder_id, permission_id, relation, family FROM closing WHERE family <= 3
    ), role_holder AS (
        SELECT g.holder_id AS id FROM permission p
        JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id
        WHERE p.tenant_id = %(tenant)s AND p.family = 2 AND g.closed_at IS NULL AND g.relation = 3
        UNION SELECT holder_id FROM edge WHERE family = 2
    )
    SELECT holder_id AS id FROM edge WHERE family > 1
    UNION SELECT holder_id FROM edge WHERE family = 1 AND relation = 1 AND permission_id IN (SELECT id FROM role_holder)
    UNION SELECT m.holder_id FROM edge r
          JOIN grants m ON m.tenant_id = %(tenant)s AND m.permission_id = r.holder_id AND m.relation = 1
                       AND m.closed_at IS NULL
          WHERE r.family = 2
    UNION SELECT id FROM account WHERE tenant_id = %(tenant)s AND since = %(now)s AND standing <> 0
"""
KNOW_HOLDERS: LiteralString = "ANALYZE touched_holder"

TOUCHED_DEPARTMENTS: LiteralString = """
    CREATE TEMPORARY TABLE touched_department AS
    SELECT department FROM account WHERE tenant_id = %(tenant)s AND since = %(now)s
    UNION SELECT department FROM account WHERE tenant_id = %(tenant)s AND gone_at = %(now)s
    UNION SELECT department FROM account_past WHERE tenant_id = %(tenant)s AND until = %(now)s
"""

STANDING: LiteralString = """
    WITH licensed AS (
        SELECT DISTINCT g.holder_id AS id FROM touched_holder t
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = t.id AND g.closed_at IS NULL
        JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = g.permission_id AND p.family = 3
        JOIN qualifier q ON q.tenant_id = %(tenant)s AND q.id = g.qualifier_id
        WHERE q.content ->> 'state' IN ('Active', 'ActiveWithError')
    ), role_holder AS MATERIALIZED (
        SELECT DISTINCT g.holder_id AS id FROM permission p
        JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id
        WHERE p.tenant_id = %(tenant)s AND p.family = 2 AND g.closed_at IS NULL AND g.relation = 3
    ), admin AS (
        SELECT id FROM role_holder
        UNION
        SELECT m.holder_id FROM touched_holder t
        JOIN grants m ON m.tenant_id = %(tenant)s AND m.holder_id = t.id AND m.closed_at IS NULL AND m.relation = 1
        WHERE m.permission_id IN (SELECT id FROM role_holder)
    ), changed AS (
        UPDATE account a SET standing = n.standing
        FROM (SELECT t.id, (l.id IS NOT NULL)::int + 2 * (d.id IS NOT NULL)::int AS standing
              FROM touched_holder t LEFT JOIN licensed l ON l.id = t.id LEFT JOIN admin d ON d.id = t.id) AS n
        WHERE a.tenant_id = %(tenant)s AND a.id = n.id AND a.standing <> n.standing
        RETURNING a.department
    )
    INSERT INTO touched_department SELECT DISTINCT department FROM changed
"""
KNOW_DEPARTMENTS: LiteralString = "ANALYZE touched_department"

FORGET_PEOPLE: LiteralString = """
    DELETE FROM people_figure f
    WHERE f.tenant_id = %(tenant)s AND f.department IN (SELECT department FROM touched_department)
"""
# By the index on cells and departments, one stretch of it for each.
COUNT_PEOPLE: LiteralString = """
    INSERT INTO people_figure (tenant_id, department, cell, people)
    SELECT %(tenant)s, a.department, a.cell, count(*)
    FROM (SELECT DISTINCT department FROM touched_department) AS d
    CROSS JOIN generate_series(0, 15) AS c (cell)
    JOIN account a ON a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND a.cell IS NOT NULL AND a.cell = c.cell
                  AND lower(a.department) = lower(d.department) AND a.department = d.department
    GROUP BY a.department, a.cell
"""
FORGET_ALL_PEOPLE: LiteralString = "DELETE FROM people_figure WHERE tenant_id = %(tenant)s AND department IS NULL"
SUM_PEOPLE: LiteralString = """
    INSERT INTO people_figure (tenant_id, department, cell, people)
    SELECT %(tenant)s, NULL, cell, sum(people) FROM people_figure
    WHERE tenant_id = %(tenant)s AND department IS NOT NULL GROUP BY cell
"""

# Of each licence and holder that something was said of: how they counted before this merge, and how they count now.
LICENCES: LiteralString = """
    CREATE TEMPORARY TABLE licence_figure AS
    WITH pair AS (
        SELECT permission_id, holder_id FROM opening WHERE family = 3
        UNION SELECT permission_id, holder_id FROM closing WHERE family = 3
        UNION SELECT g.permission_id, g.holder_id FROM account a
              JOIN grants g ON g.tenant_id = a.tenant_id AND g.holder_id = a.id AND g.closed_at IS NULL
              JOIN permission p ON p.tenant_id = a.tenant_id AND p.id = g.permission_id AND p.family = 3
              WHERE a.tenant_id = %(tenant)s AND a.since = %(now)s
    ), side AS (
        SELECT pair.permission_id, pair.holder_id, 1 AS sign, q.content ->> 'state' AS state, a.enabled
        FROM pair
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = pair.permission_id
                     AND g.holder_id = pair.holder_id AND g.closed_at IS NULL
        JOIN qualifier q ON q.tenant_id = %(tenant)s AND q.id = g.qualifier_id
        LEFT JOIN account a ON a.tenant_id = %(tenant)s AND a.id = pair.holder_id
        UNION ALL
        SELECT pair.permission_id, pair.holder_id, -1, q.content ->> 'state', coalesce(o.enabled, a.enabled)
        FROM pair
        JOIN grants g ON g.tenant_id = %(tenant)s AND g.permission_id = pair.permission_id
                     AND g.holder_id = pair.holder_id AND g.opened_at < %(now)s
                     AND (g.closed_at IS NULL OR g.closed_at = %(now)s)
        JOIN qualifier q ON q.tenant_id = %(tenant)s AND q.id = g.qualifier_id
        LEFT JOIN account a ON a.tenant_id = %(tenant)s AND a.id = pair.holder_id
        LEFT JOIN account_past o ON o.tenant_id = %(tenant)s AND o.account_id = pair.holder_id AND o.until = %(now)s
    ), counts AS (
        SELECT permission_id, sign,
               coalesce(bool_or(NOT enabled AND state IN ('Active', 'ActiveWithError')), false)::int AS blocked,
               coalesce(bool_or(state IN ('Error', 'ActiveWithError')), false)::int AS errors
        FROM side GROUP BY permission_id, holder_id, sign
    )
    SELECT permission_id AS id, sum(sign * blocked)::int AS blocked, sum(sign * errors)::int AS errors
    FROM counts GROUP BY permission_id
"""

COUNT_REST: LiteralString = """
    UPDATE tenant_figure t
    SET kinds = (
            SELECT coalesce(jsonb_object_agg(kind, number), '{}') FROM (
                SELECT kind, count(*) AS number FROM permission
                WHERE tenant_id = %(tenant)s AND gone_at IS NULL GROUP BY kind) AS by_kind),
        licences = (
            SELECT coalesce(jsonb_object_agg(id, jsonb_build_array(blocked, errors)), '{}') FROM (
                SELECT id, sum(blocked) AS blocked, sum(errors) AS errors FROM (
                    SELECT key::bigint AS id, (value ->> 0)::int AS blocked, (value ->> 1)::int AS errors
                    FROM jsonb_each(t.licences)
                    UNION ALL SELECT id, blocked, errors FROM licence_figure) AS told
                GROUP BY id HAVING sum(blocked) <> 0 OR sum(errors) <> 0) AS by_licence),
        departments = CASE WHEN NOT EXISTS (SELECT FROM touched_department) THEN t.departments ELSE (
            SELECT coalesce(jsonb_agg(jsonb_build_array(department, people) ORDER BY people DESC, department), '[]')
            FROM (SELECT department, sum(people) AS people FROM people_figure
                  WHERE tenant_id = %(tenant)s AND department <> ''
                  GROUP BY department ORDER BY sum(people) DESC, department LIMIT 1000) AS by_department) END
    WHERE t.tenant_id = %(tenant)s
"""

FORGET: LiteralString = "DROP TABLE touched_holder, touched_department, licence_figure"

FOLLOW: tuple[LiteralString, ...] = (
    TOUCHED_HOLDERS,
    KNOW_HOLDERS,
    TOUCHED_DEPARTMENTS,
    STANDING,
    KNOW_DEPARTMENTS,
    FORGET_PEOPLE,
    COUNT_PEOPLE,
    FORGET_ALL_PEOPLE,
    SUM_PEOPLE,
    LICENCES,
    COUNT_REST,
    FORGET,
)
"""In this order, where `figures.REFRESH` would count everything."""
