"""What a merge notes about itself: its time, what was looked at, where changes are read from next."""

LAST = "SELECT seen_at, changes FROM last_merge WHERE tenant_id = %s AND run_id = %s"

# After everything before it, whatever the clock says (M4).
NOW = """
    SELECT greatest(%(seen_at)s::timestamptz, (
        SELECT m.seen_at + interval '1 microsecond' FROM last_merge m WHERE m.tenant_id = t.id))
    FROM tenant t WHERE t.id = %(tenant)s FOR KEY SHARE
"""

COVER = """
    INSERT INTO coverage (tenant_id, what, since, complete_at, seen_at)
    SELECT %(tenant)s, what, %(now)s, %(now)s, %(now)s FROM unnest(%(complete)s::text[]) AS what
    ON CONFLICT (tenant_id, what) DO UPDATE SET complete_at = excluded.complete_at, seen_at = excluded.seen_at
"""
LOOK = "UPDATE coverage SET seen_at = %(now)s WHERE tenant_id = %(tenant)s AND what = ANY (%(current)s)"

POINT = """
    INSERT INTO sync_cursor (tenant_id, stream, link, issued_at, made_with)
    VALUES (%(tenant)s, %(stream)s, %(link)s, %(issued_at)s, %(made_with)s)
    ON CONFLICT (tenant_id, stream)
    DO UPDATE SET link = excluded.link, issued_at = excluded.issued_at, made_with = excluded.made_with
"""

REMEMBER = """
    INSERT INTO last_merge (tenant_id, run_id, seen_at, changes) VALUES (%(tenant)s, %(run)s, %(now)s, %(changes)s)
    ON CONFLICT (tenant_id)
    DO UPDATE SET run_id = excluded.run_id, seen_at = excluded.seen_at, changes = excluded.changes
"""

INTERN = """
    WITH made AS (
        INSERT INTO qualifier (tenant_id, content) VALUES (%(tenant)s, %(content)s)
        ON CONFLICT ON CONSTRAINT qualifier_content DO NOTHING RETURNING id
    )
    SELECT id FROM made
    UNION ALL SELECT id FROM qualifier WHERE tenant_id = %(tenant)s AND content = %(content)s::jsonb LIMIT 1
"""
