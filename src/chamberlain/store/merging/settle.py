"""What holds in the end: listings without what changes speak of, and what changes say last.

Without changes the views are the listings, and cost nothing more.
"""

SEEN_ACCOUNT = """
    CREATE TEMPORARY VIEW seen_account AS
    SELECT guid, type, name, user_name, mail, enabled, department, job_title, manager, facts, created_at
    FROM {}
"""

SEEN_PERMISSION = """
    CREATE TEMPORARY VIEW seen_permission AS
    SELECT family, kind, guid, parent, key, name, description, app, mail, facts
    FROM {}
"""

SEEN_GRANT = """
    CREATE TEMPORARY VIEW seen_grant AS
    SELECT family, holder, holder_type, holder_name, guid, parent, relation, via, qualifier_id
    FROM {}
"""

# The last word on each account. A manager that the last word keeps is the one that an earlier change or the listing
# told, or else KEPT: the one who is stored.
LAST_ACCOUNT = """
    CREATE TEMPORARY TABLE last_account AS
    WITH told AS (
        SELECT guid, (array_agg(manager ORDER BY seq DESC))[1] AS manager
        FROM {changes} WHERE NOT gone AND manager IS DISTINCT FROM 'ffffffff-ffff-ffff-ffff-ffffffffffff'
        GROUP BY guid
    )
    SELECT DISTINCT ON (c.guid)
           c.gone, c.guid, c.type, c.name, c.user_name, c.mail, c.enabled, c.department, c.job_title,
           CASE WHEN c.manager IS DISTINCT FROM 'ffffffff-ffff-ffff-ffff-ffffffffffff' THEN c.manager
                WHEN t.guid IS NOT NULL THEN t.manager
                WHEN s.guid IS NOT NULL THEN s.manager
                ELSE c.manager END AS manager,
           c.facts, c.created_at
    FROM {changes} c
    LEFT JOIN told t ON t.guid = c.guid
    LEFT JOIN seen_account s ON s.guid = c.guid
    ORDER BY c.guid, c.seq DESC
"""

FINAL_ACCOUNT = """
    CREATE TEMPORARY VIEW final_account AS
    SELECT * FROM seen_account s WHERE NOT EXISTS (SELECT FROM last_account c WHERE c.guid = s.guid)
    UNION ALL
    SELECT guid, type, name, user_name, mail, enabled, department, job_title, manager, facts, created_at
    FROM last_account WHERE NOT gone
"""

# An application that is gone takes all roles below it, of which it says only the parent.
GONE_BELOW = """
    CREATE TEMPORARY TABLE gone_below AS
    SELECT family, parent, max(seq) AS seq FROM {changes}
    WHERE gone AND guid = '00000000-0000-0000-0000-000000000000'
    GROUP BY family, parent
"""

LAST_PERMISSION = """
    CREATE TEMPORARY TABLE last_permission AS
    WITH said AS (
        SELECT DISTINCT ON (c.family, c.parent, c.guid)
               c.gone OR coalesce(c.seq < b.seq, false) AS gone, c.family, c.kind, c.guid, c.parent, c.key,
               c.name, c.description, c.app,
               c.mail, c.facts
        FROM {changes} c
        LEFT JOIN gone_below b ON b.family = c.family AND b.parent = c.parent
        WHERE NOT (c.gone AND c.guid = '00000000-0000-0000-0000-000000000000')
        ORDER BY c.family, c.parent, c.guid, c.seq DESC
    ), below AS (
        SELECT p.family, p.parent, p.guid FROM permission p JOIN gone_below b USING (family, parent)
        WHERE p.tenant_id = %(tenant)s
        UNION
        SELECT s.family, s.parent, s.guid FROM seen_permission s JOIN gone_below b USING (family, parent)
    )
    SELECT * FROM said
    UNION ALL
    SELECT true, b.family, NULL, b.guid, b.parent, NULL, '', '', '', '', NULL
    FROM below b
    WHERE NOT EXISTS (
        SELECT FROM said WHERE said.family = b.family AND said.parent = b.parent AND said.guid = b.guid)
"""

FINAL_PERMISSION = """
    CREATE TEMPORARY VIEW final_permission AS
    SELECT * FROM seen_permission s WHERE NOT EXISTS (
        SELECT FROM last_permission c WHERE c.family = s.family AND c.parent = s.parent AND c.guid = s.guid)
    UNION ALL
    SELECT family, kind, guid, parent, key, name, description, app, mail, facts FROM last_permission WHERE NOT gone
"""

CHANGED_KEY = """
    CREATE TEMPORARY TABLE changed_key AS
    SELECT DISTINCT family, holder, guid, parent, relation FROM {changes}
"""

# Of each edge: what the last call says after the last end in it.
LAST_GRANT = """
    CREATE TEMPORARY TABLE last_grant AS
    SELECT family, holder, holder_type, holder_name, guid, parent, relation, via, qualifier_id
    FROM (
        SELECT c.*, max(call) OVER edge AS last_call, max(seq) FILTER (WHERE gone) OVER edge AS last_end
        FROM {changes} c
        WINDOW edge AS (PARTITION BY family, holder, guid, parent, relation)
    ) AS ranked
    WHERE NOT gone AND call = last_call AND seq > coalesce(last_end, 0)
"""

# Where a set was read again by itself, that is the whole of it: what the listing before it showed does not count.
READ_AGAIN_OF_HOLDERS = """
    INSERT INTO changed_key
    SELECT DISTINCT family, holder, guid, parent, relation FROM seen_grant
    WHERE family = %(family)s AND relation = ANY (%(relations)s) AND holder = ANY (%(guids)s::uuid[])
"""
READ_AGAIN_OF_PERMISSIONS = """
    INSERT INTO changed_key
    SELECT DISTINCT family, holder, guid, parent, relation FROM seen_grant
    WHERE family = %(family)s AND relation = ANY (%(relations)s)
      AND (guid = ANY (%(guids)s::uuid[]) OR parent = ANY (%(guids)s::uuid[]))
"""

# What is said to be gone holds nothing and is held by nobody, whatever a listing still showed. Only conditions that
# have something to exclude are asked: each is asked of every edge.
HAS_CHANGES = """
    SELECT EXISTS (SELECT FROM changed_key),
           EXISTS (SELECT FROM last_account WHERE gone),
           EXISTS (SELECT FROM last_permission WHERE gone)
"""

FINAL_GRANT = """
    CREATE TEMPORARY VIEW final_grant AS
    SELECT s.* FROM (SELECT * FROM seen_grant l WHERE {unchanged} UNION ALL SELECT * FROM last_grant) AS s
    WHERE {held_by_somebody} AND {there}
"""

UNCHANGED = """
    NOT EXISTS (
        SELECT FROM changed_key c
        WHERE c.family = l.family AND c.holder = l.holder AND c.guid = l.guid AND c.parent = l.parent
          AND c.relation = l.relation)
"""
HELD_BY_SOMEBODY = "NOT EXISTS (SELECT FROM last_account a WHERE a.gone AND a.guid = s.holder)"
THERE = """
    NOT EXISTS (SELECT FROM last_permission h WHERE h.gone AND h.family = 1 AND h.guid = s.holder)
    AND NOT EXISTS (
        SELECT FROM last_permission p
        WHERE p.gone AND p.family = s.family AND p.parent = s.parent AND p.guid = s.guid)
"""

FORGET = """
    DROP VIEW final_grant, final_permission, final_account, seen_grant, seen_permission, seen_account;
    DROP TABLE last_account, gone_below, last_permission, changed_key, last_grant
"""
