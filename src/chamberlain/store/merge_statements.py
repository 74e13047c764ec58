"""The set-based statements of `merge.py`. Families: 1 group, 2 role, 3 licence, 4 app role, 5 service plan."""

CHANGE_ACCOUNTS = """
    UPDATE account a
    SET type = s.type, name = s.name, user_name = s.user_name, mail = s.mail, enabled = s.enabled,
        department = s.department, job_title = s.job_title, manager = s.manager, facts = s.facts,
        created_at = s.created_at, gone_at = NULL
    FROM seen_account s
    WHERE a.tenant_id = %(tenant)s AND a.guid = s.guid
      AND (a.type, a.name, a.user_name, a.mail, a.enabled, a.department, a.job_title, a.manager, a.facts,
           a.created_at, a.gone_at)
          IS DISTINCT FROM
          (s.type, s.name, s.user_name, s.mail, s.enabled, s.department, s.job_title, s.manager, s.facts,
           s.created_at, NULL)
"""

ADD_ACCOUNTS = """
    INSERT INTO account (tenant_id, guid, type, name, user_name, mail, enabled, department, job_title, manager,
                         facts, created_at, first_seen)
    SELECT %(tenant)s, guid, type, name, user_name, mail, enabled, department, job_title, manager, facts,
           created_at, %(now)s
    FROM seen_account
    ON CONFLICT ON CONSTRAINT account_guid DO NOTHING
"""

REMOVE_ACCOUNTS = """
    UPDATE account a SET gone_at = %(now)s
    WHERE a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND a.type IN ('member', 'guest')
      AND NOT EXISTS (SELECT FROM seen_account s WHERE s.guid = a.guid)
"""

CHANGE_PERMISSIONS = """
    UPDATE permission p
    SET kind = s.kind, key = s.key, name = s.name, description = s.description, app = s.app, mail = s.mail,
        facts = s.facts, gone_at = NULL
    FROM seen_permission s
    WHERE p.tenant_id = %(tenant)s AND p.family = s.family AND p.parent = s.parent AND p.guid = s.guid
      AND (p.kind, p.key, p.name, p.description, p.app, p.mail, p.facts, p.gone_at)
          IS DISTINCT FROM (s.kind, s.key, s.name, s.description, s.app, s.mail, s.facts, NULL)
"""

ADD_PERMISSIONS = """
    INSERT INTO permission (tenant_id, family, kind, guid, parent, key, name, description, app, mail, facts,
                            first_seen)
    SELECT %(tenant)s, family, kind, guid, parent, key, name, description, app, mail, facts, %(now)s
    FROM seen_permission
    ON CONFLICT ON CONSTRAINT permission_guid DO NOTHING
"""

REMOVE_PERMISSIONS = """
    UPDATE permission p SET gone_at = %(now)s, members = 0, people = 0, owners = 0
    WHERE p.tenant_id = %(tenant)s AND p.gone_at IS NULL AND p.family = ANY (%(families)s)
      AND NOT EXISTS (
          SELECT FROM seen_permission s WHERE s.family = p.family AND s.parent = p.parent AND s.guid = p.guid)
"""

CLOSE_GRANTS_OF_GONE_PERMISSIONS = """
    UPDATE grants g SET closed_at = %(now)s
    FROM permission p
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL
      AND p.tenant_id = g.tenant_id AND p.gone_at IS NOT NULL AND p.family = ANY (%(families)s)
      AND p.id IN (g.permission_id, g.holder_id)
"""

# Devices, contacts and service principals are not listed by themselves: the first grant introduces them.
ADD_STRANGERS = """
    INSERT INTO account (tenant_id, guid, type, name, first_seen)
    SELECT DISTINCT ON (s.holder) %(tenant)s, s.holder, s.holder_type, s.holder_name, %(now)s
    FROM seen_grant s
    WHERE s.holder_type <> 'group'
      AND NOT EXISTS (SELECT FROM account a WHERE a.tenant_id = %(tenant)s AND a.guid = s.holder)
      AND NOT EXISTS (SELECT FROM permission p
                      WHERE p.tenant_id = %(tenant)s AND p.family = 1 AND p.guid = s.holder)
    ON CONFLICT ON CONSTRAINT account_guid DO NOTHING
"""

RESOLVE_GRANTS = """
    CREATE TEMPORARY TABLE resolved_grant AS
    WITH holder AS (
        SELECT guid, id FROM account WHERE tenant_id = %(tenant)s
        UNION ALL
        SELECT guid, id FROM permission WHERE tenant_id = %(tenant)s AND family = 1
    )
    SELECT DISTINCT h.id AS holder_id, p.id AS permission_id, s.relation, coalesce(v.id, 0) AS via_id, s.qualifier_id
    FROM seen_grant s
    JOIN permission p ON p.tenant_id = %(tenant)s AND p.family = %(family)s
                     AND p.parent = s.parent AND p.guid = s.guid
    JOIN holder h ON h.guid = s.holder
    LEFT JOIN permission v ON v.tenant_id = %(tenant)s AND v.family = 1 AND v.guid = s.via
"""

CLOSE_GRANTS = """
    UPDATE grants g SET closed_at = %(now)s
    FROM permission p
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.relation = ANY (%(relations)s)
      AND p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = %(family)s
      AND p.guid <> ALL (%(missing)s::uuid[]) AND p.parent <> ALL (%(missing)s::uuid[])
      AND NOT EXISTS (
          SELECT FROM resolved_grant r
          WHERE r.permission_id = g.permission_id AND r.holder_id = g.holder_id AND r.relation = g.relation
            AND r.via_id = g.via_id AND r.qualifier_id = g.qualifier_id)
"""

OPEN_GRANTS = """
    INSERT INTO grants (tenant_id, holder_id, permission_id, relation, via_id, qualifier_id, opened_at)
    SELECT %(tenant)s, r.holder_id, r.permission_id, r.relation, r.via_id, r.qualifier_id, %(now)s
    FROM resolved_grant r
    LEFT JOIN grants g ON g.tenant_id = %(tenant)s AND g.closed_at IS NULL AND g.permission_id = r.permission_id
        AND g.relation = r.relation AND g.holder_id = r.holder_id AND g.via_id = r.via_id
        AND g.qualifier_id = r.qualifier_id
    WHERE g.tenant_id IS NULL
"""

# Group in group, apart and measured: the recursion then knows how little it has to walk.
NEST_DIRECT = """
    CREATE TEMPORARY TABLE nested_directly AS
    SELECT g.permission_id AS outer_id, g.holder_id AS inner_id
    FROM (SELECT id FROM permission WHERE tenant_id = %(tenant)s AND family = 1 AND gone_at IS NULL) AS p
    JOIN grants g ON g.tenant_id = %(tenant)s AND g.holder_id = p.id
    WHERE g.closed_at IS NULL AND g.relation = 1
"""

CLOSE_NESTING = """
    INSERT INTO nesting (tenant_id, outer_id, inner_id)
    WITH RECURSIVE closure AS (
        SELECT outer_id, inner_id FROM nested_directly
        UNION
        SELECT c.outer_id, i.inner_id FROM closure c JOIN nested_directly i ON i.outer_id = c.inner_id
    )
    SELECT %(tenant)s, outer_id, inner_id FROM closure WHERE outer_id <> inner_id
"""

# Counting reads every open edge once, into a temporary table that the statements after it share: PostgreSQL can then
# see how large it is, and plans accordingly. A licence counts only where Microsoft could assign it.
COUNT_EDGES = """
    CREATE TEMPORARY TABLE counted_edge AS
    SELECT g.permission_id, g.holder_id, g.relation, g.qualifier_id, p.family,
           coalesce(a.gone_at IS NULL AND a.type IN ('member', 'guest'), false) AS by_person,
           coalesce(q.content ->> 'state', 'Active') IN ('Active', 'ActiveWithError') AS given
    FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id
    LEFT JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id
    LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.tenant_id = %(tenant)s AND g.closed_at IS NULL
"""

COUNT_DIRECT = """
    CREATE TEMPORARY TABLE counted_direct AS
    SELECT permission_id,
           count(DISTINCT holder_id) FILTER (WHERE relation <> 2) AS members,
           count(DISTINCT holder_id) FILTER (WHERE relation = 2) AS owners,
           count(DISTINCT holder_id) FILTER (WHERE relation <> 2 AND by_person AND given) AS people
    FROM counted_edge
    GROUP BY permission_id
"""

# Through groups: members of every group inside; for roles and applications, direct members of a group that holds them.
COUNT_THROUGH_GROUPS = """
    CREATE TEMPORARY TABLE counted_through AS
    WITH composed AS (
        SELECT outer_id AS permission_id, inner_id AS group_id FROM nesting WHERE tenant_id = %(tenant)s
        UNION ALL
        SELECT e.permission_id, e.holder_id
        FROM counted_edge e JOIN permission p ON p.tenant_id = %(tenant)s AND p.id = e.holder_id
        WHERE e.family IN (2, 4) AND e.relation = 3
    ), held AS (
        SELECT c.permission_id, e.holder_id
        FROM composed c JOIN counted_edge e ON e.permission_id = c.group_id
        WHERE e.relation = 1 AND e.by_person
        UNION
        SELECT e.permission_id, e.holder_id FROM counted_edge e
        WHERE e.relation <> 2 AND e.by_person AND e.permission_id IN (SELECT permission_id FROM composed)
    )
    SELECT permission_id, count(*) AS people FROM held GROUP BY permission_id
"""

# A service plan is derived: whoever holds its licence in at least one state that does not switch it off. Holders are
# grouped by their set of states first, so that a million people with fifty plans each stay a few hundred rows.
COUNT_PLANS = """
    CREATE TEMPORARY TABLE counted_plan AS
    WITH states AS (
        SELECT permission_id, qualifiers, count(*) AS people
        FROM (SELECT permission_id, array_agg(DISTINCT qualifier_id) AS qualifiers
              FROM counted_edge WHERE family = 3 AND by_person AND given
              GROUP BY permission_id, holder_id) AS one
        GROUP BY permission_id, qualifiers
    )
    SELECT plan.id AS permission_id, sum(states.people) AS people
    FROM permission plan
    JOIN permission licence ON licence.tenant_id = plan.tenant_id AND licence.family = 3 AND licence.guid = plan.parent
    JOIN states ON states.permission_id = licence.id
    WHERE plan.tenant_id = %(tenant)s AND plan.family = 5
      AND EXISTS (SELECT FROM qualifier q
                  WHERE q.tenant_id = %(tenant)s AND q.id = ANY (states.qualifiers)
                    AND NOT q.content -> 'disabled' ? plan.guid::text)
    GROUP BY plan.id
"""

STORE_COUNTS = """
    UPDATE permission p
    SET members = c.members, owners = c.owners, people = c.people
    FROM (
        SELECT o.id, coalesce(d.members, 0) AS members, coalesce(d.owners, 0) AS owners,
               coalesce(t.people, s.people, d.people, 0) AS people
        FROM permission o
        LEFT JOIN counted_direct d ON d.permission_id = o.id
        LEFT JOIN counted_through t ON t.permission_id = o.id
        LEFT JOIN counted_plan s ON s.permission_id = o.id
        WHERE o.tenant_id = %(tenant)s
    ) c
    WHERE p.tenant_id = %(tenant)s AND p.id = c.id
      AND (p.members, p.owners, p.people) IS DISTINCT FROM (c.members, c.owners, c.people)
"""
