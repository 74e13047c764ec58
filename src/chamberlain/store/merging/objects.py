"""Accounts and permissions: what is new, what changed, what is gone; versions that ended go to the past.

What a merge did to them is kept in temporary tables for the statements after: `ended` (ids of accounts and permissions
that are gone since this merge) and `stirred` (ids whose coming, going or changing changes what is counted).
"""

REMEMBER = """
    CREATE TEMPORARY TABLE ended (id bigint PRIMARY KEY);
    CREATE TEMPORARY TABLE stirred (id bigint)
"""

CHANGING_ACCOUNT = """
    CREATE TEMPORARY TABLE changing_account AS
    SELECT DISTINCT ON (a.id)
           a.id, a.gone_at IS NOT NULL OR a.type <> s.type AS stirs, s.type, s.name, s.user_name, s.mail, s.enabled,
           s.department, s.job_title,
           CASE WHEN s.manager = 'ffffffff-ffff-ffff-ffff-ffffffffffff' THEN a.manager ELSE s.manager END AS manager,
           s.facts, s.created_at
    FROM account a JOIN final_account s ON s.guid = a.guid
    WHERE a.tenant_id = %(tenant)s AND s.type IN ('member', 'guest')
      AND (a.type, a.name, a.user_name, a.mail, a.enabled, a.department, a.job_title,
           CASE WHEN s.manager = 'ffffffff-ffff-ffff-ffff-ffffffffffff' THEN NULL ELSE a.manager END, a.facts,
           a.created_at, a.gone_at)
          IS DISTINCT FROM
          (s.type, s.name, s.user_name, s.mail, s.enabled, s.department, s.job_title,
           nullif(s.manager, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), s.facts, s.created_at, NULL)
    ORDER BY a.id
"""

# Objects that nobody lists by themselves have a name and a type; the type is taken where it was not known.
CHANGING_STRANGER = """
    INSERT INTO changing_account
    SELECT DISTINCT ON (a.id)
           a.id, a.gone_at IS NOT NULL, CASE WHEN a.type = 'other' THEN s.type ELSE a.type END, s.name, a.user_name,
           a.mail, a.enabled, a.department, a.job_title, a.manager, a.facts, a.created_at
    FROM account a JOIN final_account s ON s.guid = a.guid
    WHERE a.tenant_id = %(tenant)s AND s.type NOT IN ('member', 'guest') AND a.type NOT IN ('member', 'guest')
      AND (a.name <> s.name OR a.gone_at IS NOT NULL OR (a.type = 'other' AND s.type <> 'other'))
    ORDER BY a.id
"""

# A version that began with this merge is not past: it is overwritten.
PAST_ACCOUNT = """
    INSERT INTO account_past (tenant_id, account_id, since, until, type, name, user_name, mail, enabled, department,
                              job_title, manager, facts, created_at)
    SELECT a.tenant_id, a.id, a.since, coalesce(a.gone_at, %(now)s), a.type, a.name, a.user_name, a.mail, a.enabled,
           a.department, a.job_title, a.manager, a.facts, a.created_at
    FROM account a JOIN changing_account c ON c.id = a.id
    WHERE a.tenant_id = %(tenant)s AND a.since < coalesce(a.gone_at, %(now)s)
"""

CHANGE_ACCOUNT = """
    UPDATE account a
    SET type = c.type, name = c.name, user_name = c.user_name, mail = c.mail, enabled = c.enabled,
        department = c.department, job_title = c.job_title, manager = c.manager, facts = c.facts,
        created_at = c.created_at, since = %(now)s, gone_at = NULL
    FROM changing_account c
    WHERE a.tenant_id = %(tenant)s AND a.id = c.id
"""

STIR_ACCOUNT = "INSERT INTO stirred SELECT id FROM changing_account WHERE stirs"
FORGET_CHANGING_ACCOUNT = "TRUNCATE changing_account"

# Asked before anybody is added: in a new tenant nobody can have gone, and looking for them reads everybody.
HAS_GONE_OR_ANYBODY = """
    SELECT EXISTS (SELECT FROM last_account WHERE gone),
           EXISTS (SELECT FROM account WHERE tenant_id = %(tenant)s AND gone_at IS NULL)
"""

# With licences told at once: telling them of a million new rows afterwards would write each, and all indexes, twice.
# In the order of lists: neighbours in a list are then neighbours on disk, and so are most whom one word finds.
ADD_ACCOUNT = """
    INSERT INTO account (tenant_id, guid, type, name, user_name, mail, enabled, department, job_title, manager,
                         facts, created_at, first_seen, since, standing)
    SELECT %(tenant)s, guid, type, name, user_name, mail, enabled, department, job_title,
           nullif(manager, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), facts, created_at, %(now)s, %(now)s,
           (guid IN (
               SELECT g.holder FROM final_grant g
               JOIN qualifier q ON q.tenant_id = %(tenant)s AND q.id = g.qualifier_id
               WHERE g.family = 3 AND q.content ->> 'state' IN ('Active', 'ActiveWithError')))::int
    FROM final_account s
    WHERE type IN ('member', 'guest')
      AND NOT EXISTS (SELECT FROM account a WHERE a.tenant_id = %(tenant)s AND a.guid = s.guid)
    ORDER BY lower(s.name)
    ON CONFLICT ON CONSTRAINT account_guid DO NOTHING
"""

END_ACCOUNT = """
    WITH gone AS (
        UPDATE account a SET gone_at = %(now)s
        FROM last_account c
        WHERE a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND c.gone AND c.guid = a.guid
        RETURNING a.id
    )
    INSERT INTO ended SELECT id FROM gone
"""

END_UNSEEN_ACCOUNT = """
    WITH gone AS (
        UPDATE account a SET gone_at = %(now)s
        WHERE a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND a.type IN ('member', 'guest')
          AND NOT EXISTS (SELECT FROM final_account s WHERE s.guid = a.guid)
        RETURNING a.id
    )
    INSERT INTO ended SELECT id FROM gone
"""

CHANGING_PERMISSION = """
    CREATE TEMPORARY TABLE changing_permission AS
    SELECT DISTINCT ON (p.id)
           p.id, p.family, p.gone_at IS NOT NULL AS stirs, s.kind, s.key, s.name, s.description, s.app, s.mail, s.facts
    FROM permission p JOIN final_permission s ON s.family = p.family AND s.parent = p.parent AND s.guid = p.guid
    WHERE p.tenant_id = %(tenant)s
      AND (p.kind, p.key, p.name, p.description, p.app, p.mail, p.facts, p.gone_at)
          IS DISTINCT FROM (s.kind, s.key, s.name, s.description, s.app, s.mail, s.facts, NULL)
    ORDER BY p.id
"""

PAST_PERMISSION = """
    INSERT INTO permission_past (tenant_id, permission_id, since, until, kind, key, name, description, app, mail, facts)
    SELECT p.tenant_id, p.id, p.since, coalesce(p.gone_at, %(now)s), p.kind, p.key, p.name, p.description, p.app,
           p.mail, p.facts
    FROM permission p JOIN changing_permission c ON c.id = p.id
    WHERE p.tenant_id = %(tenant)s AND p.since < coalesce(p.gone_at, %(now)s)
"""

CHANGE_PERMISSION = """
    UPDATE permission p
    SET kind = c.kind, key = c.key, name = c.name, description = c.description, app = c.app, mail = c.mail,
        facts = c.facts, since = %(now)s, gone_at = NULL
    FROM changing_permission c
    WHERE p.tenant_id = %(tenant)s AND p.id = c.id
"""

CHANGED_PERMISSIONS = "SELECT family, count(*) FROM changing_permission GROUP BY family"
STIR_PERMISSION = "INSERT INTO stirred SELECT id FROM changing_permission WHERE stirs"

ADD_PERMISSION = """
    WITH made AS (
        INSERT INTO permission (tenant_id, family, kind, guid, parent, key, name, description, app, mail, facts,
                                first_seen, since)
        SELECT %(tenant)s, family, kind, guid, parent, key, name, description, app, mail, facts, %(now)s, %(now)s
        FROM final_permission s
        WHERE NOT EXISTS (
            SELECT FROM permission p
            WHERE p.tenant_id = %(tenant)s AND p.family = s.family AND p.parent = s.parent AND p.guid = s.guid)
        ON CONFLICT ON CONSTRAINT permission_guid DO NOTHING
        RETURNING id, family
    ), kept AS (
        INSERT INTO stirred SELECT id FROM made
    )
    SELECT family, count(*) FROM made GROUP BY family
"""

END_PERMISSION = """
    WITH gone AS (
        UPDATE permission p SET gone_at = %(now)s, members = 0, people = 0, owners = 0
        FROM last_permission c
        WHERE p.tenant_id = %(tenant)s AND p.gone_at IS NULL AND c.gone AND c.family = p.family
          AND c.parent = p.parent AND c.guid = p.guid
        RETURNING p.id, p.family
    ), kept AS (
        INSERT INTO ended SELECT id FROM gone
    )
    SELECT family, count(*) FROM gone GROUP BY family
"""

END_UNSEEN_PERMISSION = """
    WITH gone AS (
        UPDATE permission p SET gone_at = %(now)s, members = 0, people = 0, owners = 0
        WHERE p.tenant_id = %(tenant)s AND p.gone_at IS NULL
          AND (p.family = ANY (%(families)s) OR p.parent = ANY (%(below)s::uuid[]))
          AND NOT EXISTS (
              SELECT FROM final_permission s WHERE s.family = p.family AND s.parent = p.parent AND s.guid = p.guid)
        RETURNING p.id, p.family
    ), kept AS (
        INSERT INTO ended SELECT id FROM gone
    )
    SELECT family, count(*) FROM gone GROUP BY family
"""

FORGET = "DROP TABLE changing_account, changing_permission, ended, stirred"
