-- A large tenant out of nothing, by set-based statements: what a sync of it would have left behind.
-- Settings of the session: bench.tenant, bench.users, bench.groups, bench.memberships, bench.seed.
-- Ids: accounts 1 to U; groups U+1 to U+G; everything else after them.

CREATE TEMPORARY TABLE size AS
SELECT current_setting('bench.tenant')::int AS t, current_setting('bench.users')::bigint AS u,
       current_setting('bench.groups')::bigint AS g, current_setting('bench.memberships')::bigint AS m,
       current_setting('bench.seed') AS seed;

CREATE FUNCTION pg_temp.dice(what text, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT hashtextextended(what, n) & 4611686018427387903 $$;
CREATE FUNCTION pg_temp.share(what text, n bigint) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashtextextended(what, n) & 1073741823) / 1073741824.0 $$;
CREATE FUNCTION pg_temp.guid(what text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT md5(what || n)::uuid $$;

CREATE TEMPORARY TABLE words AS SELECT
    '{Anna,Ben,Chloe,David,Elena,Farid,Grace,Hugo,Ines,Jonas,Kira,Liam,Marta,Noah,Olga,Paul,Quentin,Rosa,Sven,Tara,Umar,Vera,Wen,Xenia,Yara,Zoe,Amir,Bianca,Carlos,Dora,Emil,Fatima,Goran,Hana,Ivan,Julia}'::text[] AS first,
    '{Acker,Berg,Cald,Dorn,Eck,Feld,Gold,Hart,Ives,Jung,Kemp,Lind,Moor,Nord,Oster,Pfeil,Quist,Ross,Stein,Thal,Ulm,Voss,Wald,Xand,York,Zell}'::text[] AS front,
    '{er,mann,son,ova,ez,stein,ley,ford,inger,ström,wick,hoff}'::text[] AS back,
    '{Finance,Sales,Engineering,Operations,Legal,Marketing,Support,Research,Logistics,Facilities}'::text[] AS branch,
    '{North,South,East,West,Central,Nordic,Iberia,Alps}'::text[] AS region,
    '{Analyst,Engineer,Manager,Assistant,Director,Consultant,Technician,Planner,Buyer,Nurse}'::text[] AS job,
    '{Readers,Editors,Project,Team,Devices,Approvers,Guests,Board,Archive,Printers}'::text[] AS noun;

INSERT INTO account (tenant_id, id, guid, type, name, user_name, mail, enabled, department, job_title, manager, facts,
                     created_at, first_seen, since, standing)
SELECT t, n, pg_temp.guid(seed || 'account', n), CASE WHEN pg_temp.dice('guest', n) % 25 = 0 THEN 'guest' ELSE 'member' END,
       one.given || ' ' || one.family, lower(one.given || '.' || translate(one.family, 'ö', 'o')) || n || '@large.example',
       lower(one.given || '.' || translate(one.family, 'ö', 'o')) || n || '@large.example',
       pg_temp.dice('enabled', n) % 20 <> 0,
       CASE WHEN pg_temp.dice('nowhere', n) % 12 = 0 THEN ''
            ELSE branch[1 + pg_temp.dice('branch', n) % 10] || ' ' || region[1 + (8 * pow(pg_temp.share('region', n), 2))::int % 8]
                 || ' ' || (40 * pow(pg_temp.share('unit', n), 3))::int END,
       job[1 + pg_temp.dice('job', n) % 10], CASE WHEN n > 1 THEN pg_temp.guid(seed || 'account', greatest(n / 8, 1)) END,
       jsonb_build_object('office', 'Building ' || n % 90), timestamptz '2017-01-01' + pg_temp.dice('hired', n) % 280000000 * interval '1 second',
       now(), now(),
       -- as the grants below will have it, so that the figures find little to correct
       (pg_temp.dice('licensed', n) % 10 < 8 AND n % 30 <> 29 OR pg_temp.dice('second', n) % 10 < 4)::int
FROM size, words, generate_series(1, u) AS n, LATERAL (
    SELECT first[1 + pg_temp.dice('first' || seed, n) % 36] AS given,
           front[1 + pg_temp.dice('front' || seed, n) % 26] || back[1 + pg_temp.dice('back' || seed, n) % 12]
           || CASE WHEN pg_temp.dice('twice', n) % 3 = 0 THEN '-' || front[1 + pg_temp.dice('front2', n) % 26] || back[1 + pg_temp.dice('back2', n) % 12] ELSE '' END AS family
) AS one
ORDER BY lower(one.given || ' ' || one.family);

-- The first group has everybody, the second contains the first; 500 to 4,000 hold few.
INSERT INTO permission (tenant_id, id, family, kind, guid, parent, key, name, description, mail, facts, first_seen, since)
SELECT t, u + n, 1,
       (CASE WHEN n <= 2 THEN 'security_group' ELSE ('{security_group,security_group,security_group,security_group,m365_group,m365_group,m365_group,mail_security_group,distribution_group,security_group}'::text[])[1 + n % 10] END),
       pg_temp.guid(seed || 'group', n), '00000000-0000-0000-0000-000000000000'::uuid, 'group:' || pg_temp.guid(seed || 'group', n),
       CASE n WHEN 1 THEN 'All employees' WHEN 2 THEN 'Everybody and partners'
              ELSE branch[1 + pg_temp.dice('gb', n) % 10] || ' ' || region[1 + pg_temp.dice('gr', n) % 8] || ' ' || noun[1 + pg_temp.dice('gn', n) % 10] || ' ' || n END,
       'Made for a measurement', CASE WHEN n % 10 IN (4, 5, 6, 7, 8) THEN 'g' || n || '@large.example' ELSE '' END,
       CASE WHEN n % 10 = 9 THEN jsonb_build_object('dynamic', true, 'rule', 'user.department -eq "Sales"')
            WHEN n % 7 = 0 THEN jsonb_build_object('on_premises', true) ELSE '{}' END, now(), now()
FROM size, words, generate_series(1, g) AS n;

INSERT INTO permission (tenant_id, id, family, kind, guid, parent, key, name, app, facts, first_seen, since)
SELECT t, u + g + n, 2, 'role', pg_temp.guid('role', n), '00000000-0000-0000-0000-000000000000'::uuid, 'role:' || pg_temp.guid('role', n),
       CASE n WHEN 1 THEN 'Global Administrator' ELSE 'Role ' || n || ' Administrator' END, '', '{}'::jsonb, now(), now()
FROM size, generate_series(1, 90) AS n
UNION ALL
SELECT t, u + g + 100 + n, 3, 'licence', pg_temp.guid('sku', n), '00000000-0000-0000-0000-000000000000'::uuid, 'licence:' || pg_temp.guid('sku', n),
       'Licence ' || n, '', jsonb_build_object('part_number', 'SKU_' || n, 'status', 'Enabled', 'enabled', CASE n WHEN 1 THEN u * 9 / 10 ELSE u / (4 * n) END, 'consumed', u / (2 * n)), now(), now()
FROM size, generate_series(1, 30) AS n
UNION ALL
SELECT t, u + g + 200 + n, 4, 'product', pg_temp.guid('app role', n), pg_temp.guid('app', n / 2), 'app_role:' || pg_temp.guid('app', n / 2) || ':' || pg_temp.guid('app role', n),
       'Access ' || n % 2, 'Application ' || n / 2, '{}'::jsonb, now(), now()
FROM size, generate_series(1, 4000) AS n
UNION ALL
SELECT t, u + g + 5000 + n, 5, 'product', pg_temp.guid('plan', n), pg_temp.guid('sku', 1 + n % 30), 'service_plan:' || pg_temp.guid('sku', 1 + n % 30) || ':' || pg_temp.guid('plan', n),
       'Service ' || n, 'Licence ' || 1 + n % 30, '{}'::jsonb, now(), now()
FROM size, generate_series(1, 600) AS n;

SELECT setval('holder_id', greatest(nextval('holder_id'), u + g + 10000)) FROM size;

INSERT INTO qualifier (tenant_id, content)
SELECT t, jsonb_build_object('state', CASE WHEN n = 30 THEN 'Error' ELSE 'Active' END, 'error', CASE WHEN n = 30 THEN 'CountViolation' ELSE 'None' END,
       'disabled', (SELECT coalesce(jsonb_agg(pg_temp.guid('plan', k)), '[]') FROM generate_series(1, 600) AS k WHERE (k * n) % 31 = 3 AND n > 1))
FROM size, generate_series(1, 30) AS n;
CREATE TEMPORARY TABLE state AS
SELECT id AS state_id, row_number() OVER (ORDER BY id) AS number FROM qualifier, size WHERE tenant_id = t;

INSERT INTO grants (tenant_id, holder_id, permission_id, relation, via_id, qualifier_id, opened_at)
-- everybody, and the person in many groups, and the power law of all others
SELECT t, n, u + 1, 1, 0, 0, now() FROM size, generate_series(1, u) AS n
UNION ALL
SELECT t, 2, u + n, 1, 0, 0, now() FROM size, generate_series(10, least(g, 3009)) AS n
UNION ALL
SELECT t, holder, permission, 1, 0, 0, now() - interval '1 day' * (holder % 900) FROM (
    SELECT DISTINCT t, 3 + pg_temp.dice('holder' || seed, n) % (u - 2) AS holder,
                    u + 3 + ((g - 3) * pow(pg_temp.share('into' || seed, n), 2.5))::bigint AS permission
    FROM size, generate_series(1, greatest(m - u, 0)) AS n) AS membership
UNION ALL
-- groups in groups, owners, roles, products, licences
SELECT t, u + 1, u + 2, 1, 0, 0, now() FROM size
UNION ALL
SELECT t, u + n, u + greatest(n / 7, 3), 1, 0, 0, now() FROM size, generate_series(30, g, 10) AS n
UNION ALL
SELECT t, 1 + pg_temp.dice('owner', n) % u, u + n, 2, 0, 0, now() FROM size, generate_series(1, g) AS n WHERE n % 3 <> 0
UNION ALL
SELECT t, 1, u + g + n, 3, 0, 0, now() FROM size, generate_series(1, 90) AS n
UNION ALL
SELECT DISTINCT t, 2 + pg_temp.dice('admin', n) % (u - 1), u + g + 2 + n % 88, 3, 0, 0, now() FROM size, generate_series(1, least(u / 50, 900)) AS n
UNION ALL
SELECT t, u + least(g, 1000 + n), u + g + 2 + n, 3, 0, 0, now() FROM size, generate_series(1, 20) AS n WHERE n + 1000 <= g
UNION ALL
SELECT t, u + 2, u + g + 201, 3, 0, 0, now() FROM size
UNION ALL
SELECT DISTINCT t, 1 + pg_temp.dice('product', n) % u, u + g + 202 + pg_temp.dice('which', n) % 3900, 3, 0, 0, now() FROM size, generate_series(1, u / 3) AS n
UNION ALL
SELECT t, n, u + g + 101, 3, CASE WHEN n % 2 = 0 THEN u + 1 ELSE 0 END, state_id, now()
FROM size, generate_series(1, u) AS n JOIN state ON state.number = 1 + n % 30 WHERE pg_temp.dice('licensed', n) % 10 < 8
UNION ALL
SELECT t, n, u + g + 102 + pg_temp.dice('sku', n) % 29, 3, 0, state_id, now()
FROM size, generate_series(1, u) AS n JOIN state ON state.number = 1 WHERE pg_temp.dice('second', n) % 10 < 4;

INSERT INTO nesting (tenant_id, outer_id, inner_id)
WITH RECURSIVE closure AS (
    SELECT permission_id AS outer_id, holder_id AS inner_id FROM grants, size WHERE tenant_id = t AND relation = 1 AND holder_id > u
    UNION
    SELECT c.outer_id, i.holder_id FROM closure c JOIN grants i ON i.tenant_id = (SELECT t FROM size)
        AND i.permission_id = c.inner_id AND i.relation = 1 AND i.holder_id > (SELECT u FROM size)
)
SELECT t, outer_id, inner_id FROM closure, size WHERE outer_id <> inner_id;

UPDATE permission p SET members = c.members, people = c.people, owners = c.owners
FROM (SELECT permission_id, count(DISTINCT holder_id) FILTER (WHERE relation <> 2) AS members,
             count(DISTINCT holder_id) FILTER (WHERE relation <> 2 AND holder_id <= u) AS people,
             count(*) FILTER (WHERE relation = 2) AS owners
      FROM grants, size WHERE tenant_id = t GROUP BY permission_id) AS c
WHERE p.tenant_id = (SELECT t FROM size) AND p.id = c.permission_id;

UPDATE permission p SET people = c.people
FROM (SELECT outer_id, count(DISTINCT holder_id) AS people
      FROM (SELECT outer_id, inner_id FROM nesting, size WHERE tenant_id = t
            UNION ALL SELECT DISTINCT outer_id, outer_id FROM nesting, size WHERE tenant_id = t
            UNION ALL SELECT permission_id, holder_id FROM grants, size
                      WHERE tenant_id = t AND relation = 3 AND holder_id > u) AS inside
      JOIN grants m ON m.tenant_id = (SELECT t FROM size) AND m.permission_id = inside.inner_id AND m.relation IN (1, 3)
                   AND m.holder_id <= (SELECT u FROM size)
      GROUP BY outer_id) AS c
WHERE p.tenant_id = (SELECT t FROM size) AND p.id = c.outer_id;

UPDATE permission p SET people = (SELECT people FROM permission l WHERE l.tenant_id = p.tenant_id AND l.family = 3 AND l.guid = p.parent)
WHERE p.tenant_id = (SELECT t FROM size) AND p.family = 5;

DROP TABLE size, words, state;
