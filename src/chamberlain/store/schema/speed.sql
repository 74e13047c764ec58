-- Lists of a million people: every combination of filters is a few ranges of one index, in the order of the list.

-- What grants say about a person, for filters; kept by every merge. Bits: 1 holds a licence, 2 administers.
ALTER TABLE account ADD COLUMN standing smallint NOT NULL DEFAULT 0;

WITH licensed AS (
    SELECT DISTINCT g.tenant_id, g.holder_id AS id FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 3
    JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
    WHERE g.closed_at IS NULL AND q.content ->> 'state' IN ('Active', 'ActiveWithError')
), role_holder AS MATERIALIZED (
    SELECT DISTINCT g.tenant_id, g.holder_id AS id FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id AND p.family = 2
    WHERE g.closed_at IS NULL AND g.relation = 3
), admin AS (
    SELECT tenant_id, id FROM role_holder
    UNION
    SELECT m.tenant_id, m.holder_id FROM grants m
    JOIN role_holder r ON r.tenant_id = m.tenant_id AND r.id = m.permission_id
    WHERE m.closed_at IS NULL AND m.relation = 1
), stands AS (
    SELECT tenant_id, id, sum(bit) AS standing
    FROM (SELECT tenant_id, id, 1 AS bit FROM licensed UNION ALL SELECT tenant_id, id, 2 FROM admin) AS found
    GROUP BY tenant_id, id
)
UPDATE account a SET standing = s.standing FROM stands s WHERE a.tenant_id = s.tenant_id AND a.id = s.id;

-- The cell of a person: bits 1 licensed, 2 administers, 4 guest, 8 blocked. NULL for what is no person.
ALTER TABLE account ADD COLUMN cell smallint GENERATED ALWAYS AS (
    CASE WHEN type IN ('member', 'guest') THEN standing + 4 * (type = 'guest')::int + 8 * (NOT enabled)::int END) STORED;

DROP INDEX account_department;
CREATE INDEX account_cell_name ON account (tenant_id, cell, lower(name), id)
    WHERE gone_at IS NULL AND cell IS NOT NULL;
CREATE INDEX account_cell_department ON account (tenant_id, cell, lower(department), lower(name), id)
    WHERE gone_at IS NULL AND cell IS NOT NULL;
CREATE INDEX account_cell_newest ON account
    (tenant_id, cell, (-coalesce(extract(epoch FROM created_at AT TIME ZONE 'UTC')::bigint, 0)), id)
    WHERE gone_at IS NULL AND cell IS NOT NULL;
CREATE INDEX account_mail ON account (tenant_id, lower(mail)) WHERE gone_at IS NULL AND mail <> '';

-- Figures of a tenant, made by every merge in its transaction. People by cell, in all (department NULL) and by department.
CREATE TABLE people_figure (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    department     text,
    cell           smallint    NOT NULL,
    people         int         NOT NULL,
    CONSTRAINT people_figure_once UNIQUE NULLS NOT DISTINCT (tenant_id, department, cell)
);
CREATE TABLE tenant_figure (
    tenant_id      int         NOT NULL PRIMARY KEY REFERENCES tenant (id) ON DELETE CASCADE,
    kinds          jsonb       NOT NULL,                 -- permissions by kind
    licences       jsonb       NOT NULL,                 -- by permission id: [seats of blocked accounts, people in error]
    departments    jsonb       NOT NULL                  -- [name, people], largest first: the few hundred that a menu shows
);

-- A prefix like "an" meets many words: with few statistics the planner takes frequent words for rare ones.
ALTER TABLE account ALTER COLUMN search SET STATISTICS 500;
