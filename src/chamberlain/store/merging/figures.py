"""What a merge leaves behind for the pages: who is licensed, who administers, and how many of everything there are."""

from typing import LiteralString

MOST_DEPARTMENTS = 1000
"""As many are offered for choice; it stands in the statement below as a number."""

STANDING: LiteralString = """
    WITH licensed AS (
        SELECT DISTINCT g.holder_id AS id FROM permission p
        JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id
        JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
        WHERE p.tenant_id = %(tenant)s AND p.family = 3 AND g.closed_at IS NULL
          AND q.content ->> 'state' IN ('Active', 'ActiveWithError')
    ), role_holder AS MATERIALIZED (
        SELECT DISTINCT g.holder_id AS id FROM permission p
        JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id
        WHERE p.tenant_id = %(tenant)s AND p.family = 2 AND g.closed_at IS NULL AND g.relation = 3
    ), admin AS (
        SELECT id FROM role_holder
        UNION
        SELECT m.holder_id FROM grants m JOIN role_holder r ON r.id = m.permission_id
        WHERE m.tenant_id = %(tenant)s AND m.closed_at IS NULL AND m.relation = 1
    ), now AS (
        SELECT a.id, (l.id IS NOT NULL)::int + 2 * (d.id IS NOT NULL)::int AS standing
        FROM account a LEFT JOIN licensed l ON l.id = a.id LEFT JOIN admin d ON d.id = a.id
        WHERE a.tenant_id = %(tenant)s
    )
    UPDATE account a SET standing = now.standing FROM now
    WHERE a.tenant_id = %(tenant)s AND a.id = now.id AND a.standing <> now.standing
"""

FORGET_PEOPLE: LiteralString = "DELETE FROM people_figure WHERE tenant_id = %(tenant)s"

COUNT_PEOPLE: LiteralString = """
    INSERT INTO people_figure (tenant_id, department, cell, people)
    SELECT %(tenant)s, department, cell, count(*) FROM account
    WHERE tenant_id = %(tenant)s AND gone_at IS NULL AND cell IS NOT NULL
    GROUP BY GROUPING SETS ((cell), (department, cell))
"""

COUNT_REST: LiteralString = """
    INSERT INTO tenant_figure (tenant_id, kinds, licences, departments)
    SELECT %(tenant)s,
           (SELECT coalesce(jsonb_object_agg(kind, number), '{}') FROM (
                SELECT kind, count(*) AS number FROM permission
                WHERE tenant_id = %(tenant)s AND gone_at IS NULL GROUP BY kind) AS by_kind),
           (SELECT coalesce(jsonb_object_agg(id, jsonb_build_array(blocked, errors)), '{}') FROM (
                SELECT p.id,
                       count(DISTINCT g.holder_id) FILTER (
                           WHERE NOT a.enabled AND q.content ->> 'state' IN ('Active', 'ActiveWithError')) AS blocked,
                       count(DISTINCT g.holder_id) FILTER (
                           WHERE q.content ->> 'state' IN ('Error', 'ActiveWithError')) AS errors
                FROM permission p
                JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.closed_at IS NULL
                JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
                LEFT JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id
                WHERE p.tenant_id = %(tenant)s AND p.family = 3
                  AND (NOT a.enabled OR q.content ->> 'state' IN ('Error', 'ActiveWithError'))
                GROUP BY p.id) AS by_licence),
           (SELECT coalesce(jsonb_agg(jsonb_build_array(department, people) ORDER BY people DESC, department), '[]')
            FROM (SELECT department, sum(people) AS people FROM people_figure
                  WHERE tenant_id = %(tenant)s AND department <> ''
                  GROUP BY department ORDER BY sum(people) DESC, department LIMIT 1000) AS by_department)
    ON CONFLICT (tenant_id) DO UPDATE
    SET kinds = excluded.kinds, licences = excluded.licences, departments = excluded.departments
"""

REFRESH: tuple[LiteralString, ...] = (STANDING, FORGET_PEOPLE, COUNT_PEOPLE, COUNT_REST)
"""In this order, in the transaction of a merge, after its counts; the placeholder is `tenant`."""
