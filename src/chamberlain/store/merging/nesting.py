"""Which group is inside which: computed anew when an edge between groups changed, written as a difference.

Cycles end where they began. `renested` holds the outer groups of what changed.
"""

RENESTED = "CREATE TEMPORARY TABLE renested (permission_id bigint)"

HAS_CHANGED = """
    SELECT EXISTS (
        SELECT FROM (
            SELECT holder_id FROM opening WHERE family IN (1, 6) AND relation = 1
            UNION ALL SELECT holder_id FROM closing WHERE family IN (1, 6) AND relation = 1) AS edge
        JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = edge.holder_id)
"""

DIRECTLY = """
    CREATE TEMPORARY TABLE nested_directly AS
    SELECT DISTINCT g.permission_id AS outer_id, g.holder_id AS inner_id
    FROM permission h
    JOIN grants g ON g.tenant_id = h.tenant_id AND g.holder_id = h.id AND g.closed_at IS NULL AND g.relation = 1
    WHERE h.tenant_id = %(tenant)s AND h.family = 1
"""

CLOSURE = """
    CREATE TEMPORARY TABLE nested AS
    WITH RECURSIVE closure AS (
        SELECT outer_id, inner_id FROM nested_directly
        UNION
        SELECT c.outer_id, i.inner_id FROM closure c JOIN nested_directly i ON i.outer_id = c.inner_id
    )
    SELECT outer_id, inner_id FROM closure WHERE outer_id <> inner_id
"""

END = """
    WITH over AS (
        DELETE FROM nesting n
        WHERE n.tenant_id = %(tenant)s
          AND NOT EXISTS (SELECT FROM nested c WHERE c.outer_id = n.outer_id AND c.inner_id = n.inner_id)
        RETURNING n.outer_id
    )
    INSERT INTO renested SELECT outer_id FROM over
"""

ADD = """
    WITH made AS (
        INSERT INTO nesting (tenant_id, outer_id, inner_id)
        SELECT %(tenant)s, outer_id, inner_id FROM nested c
        WHERE NOT EXISTS (
            SELECT FROM nesting n
            WHERE n.tenant_id = %(tenant)s AND n.outer_id = c.outer_id AND n.inner_id = c.inner_id)
        RETURNING outer_id
    )
    INSERT INTO renested SELECT outer_id FROM made
"""

FORGET_COMPUTING = "DROP TABLE nested_directly, nested"
FORGET = "DROP TABLE renested"
