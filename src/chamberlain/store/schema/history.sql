-- What was: versions of accounts and permissions, when each family was looked at, where changes are read from next.
--
-- A version holds from `since` until the next one, and only while the object was there: the present version from
-- account.since until account.gone_at, the earlier ones from account_past.since until account_past.until. A time that
-- no version covers is a time at which the object did not exist, or had not been seen. So what an account was at a time
-- is one query:
--     SELECT ... FROM account      WHERE since <= t AND (gone_at IS NULL OR gone_at > t)
--     UNION ALL
--     SELECT ... FROM account_past WHERE since <= t AND until > t

ALTER TABLE account ADD COLUMN since timestamptz;
UPDATE account SET since = first_seen;
ALTER TABLE account ALTER COLUMN since SET NOT NULL;

ALTER TABLE permission ADD COLUMN since timestamptz;
UPDATE permission SET since = first_seen;
ALTER TABLE permission ALTER COLUMN since SET NOT NULL;

CREATE TABLE account_past (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    account_id     bigint      NOT NULL,
    since          timestamptz NOT NULL,
    until          timestamptz NOT NULL,
    type           text        NOT NULL,
    name           text        NOT NULL,
    user_name      text        NOT NULL,
    mail           text        NOT NULL,
    enabled        boolean     NOT NULL,
    department     text        NOT NULL,
    job_title      text        NOT NULL,
    manager        uuid,
    facts          jsonb       NOT NULL,
    created_at     timestamptz,
    PRIMARY KEY (tenant_id, account_id, since),
    CONSTRAINT account_past_lasted CHECK (since < until)
);
CREATE INDEX account_past_until ON account_past (tenant_id, until);

CREATE TABLE permission_past (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    permission_id  bigint      NOT NULL,
    since          timestamptz NOT NULL,
    until          timestamptz NOT NULL,
    kind           text        NOT NULL,
    key            text        NOT NULL,
    name           text        NOT NULL,
    description    text        NOT NULL,
    app            text        NOT NULL,
    mail           text        NOT NULL,
    facts          jsonb       NOT NULL,
    PRIMARY KEY (tenant_id, permission_id, since),
    CONSTRAINT permission_past_lasted CHECK (since < until)
);
CREATE INDEX permission_past_until ON permission_past (tenant_id, until);

-- What changed between two times is asked of ten million grants: by when they opened, by when they closed. B-trees and
-- not BRIN, because closing a grant moves its row to wherever there is room, and a range of pages soon spans all times.
-- They are cheap to keep: times only grow, so that entries are added at the right end, and those of one merge are equal
-- and stored once. Only what is closed is in the second.
ALTER TABLE grants ADD COLUMN last_seen timestamptz;  -- of a closed grant: when it was last seen; NULL where that was not kept
CREATE INDEX grants_opened ON grants (tenant_id, opened_at);
CREATE INDEX grants_closed ON grants (tenant_id, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX account_since ON account (tenant_id, since);
CREATE INDEX account_gone ON account (tenant_id, gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX permission_since ON permission (tenant_id, since);
CREATE INDEX permission_gone ON permission (tenant_id, gone_at) WHERE gone_at IS NOT NULL;

-- A foreign key would ask for its tenant at each of ten million rows, and remember each until the transaction ends.
-- The rows still go with their tenant; while a merge runs, it holds on to the tenant's row through the small tables.
ALTER TABLE grants DROP CONSTRAINT grants_tenant_id_fkey;
ALTER TABLE nesting DROP CONSTRAINT nesting_tenant_id_fkey;

CREATE FUNCTION end_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM grants WHERE tenant_id = OLD.id;
    DELETE FROM nesting WHERE tenant_id = OLD.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER end_tenant AFTER DELETE ON tenant FOR EACH ROW EXECUTE FUNCTION end_tenant();

-- When accounts and each family of permissions were looked at. Open grants were last seen at `seen_at`.
CREATE TABLE coverage (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    what           text        NOT NULL,                 -- "accounts" or the name of a model.kind.Family in small letters
    since          timestamptz NOT NULL,                 -- the first complete listing: before it nothing is known
    complete_at    timestamptz NOT NULL,                 -- the last complete listing
    seen_at        timestamptz NOT NULL,                 -- the last look: a complete listing, or all changes since one
    PRIMARY KEY (tenant_id, what)
);

-- Where the changes of a stream are read from next.
CREATE TABLE sync_cursor (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    stream         text        NOT NULL,
    link           text        NOT NULL,
    issued_at      timestamptz NOT NULL,
    made_with      text        NOT NULL,                 -- what was asked for: another question needs another link
    PRIMARY KEY (tenant_id, stream)
);

-- The last merge of each tenant: times of merges only grow, and a run that was merged is not merged again.
CREATE TABLE last_merge (
    tenant_id      int         PRIMARY KEY REFERENCES tenant (id) ON DELETE CASCADE,
    run_id         bigint      NOT NULL,
    seen_at        timestamptz NOT NULL,
    changes        jsonb       NOT NULL                  -- what it changed, by name
);

INSERT INTO last_merge (tenant_id, run_id, seen_at, changes)
SELECT tenant_id, 0, max(at), '{}'
FROM (
    SELECT tenant_id, greatest(max(opened_at), max(closed_at)) AS at FROM grants GROUP BY tenant_id
    UNION ALL SELECT tenant_id, greatest(max(first_seen), max(gone_at)) FROM account GROUP BY tenant_id
    UNION ALL SELECT tenant_id, greatest(max(first_seen), max(gone_at)) FROM permission GROUP BY tenant_id
) AS each
GROUP BY tenant_id;

-- A tenant that was synced before was looked at in full: since its first sync, and last at its last.
INSERT INTO coverage (tenant_id, what, since, complete_at, seen_at)
SELECT m.tenant_id, w.what,
       coalesce((SELECT min(first_seen) FROM account a WHERE a.tenant_id = m.tenant_id), m.seen_at),
       coalesce(t.synced_at, m.seen_at), coalesce(t.synced_at, m.seen_at)
FROM last_merge m
JOIN tenant t ON t.id = m.tenant_id
CROSS JOIN unnest(ARRAY['accounts', 'group', 'role', 'licence', 'app_role', 'service_plan']) AS w (what);

-- What runs have read and not merged yet: unlogged tables, a set for each tenant, made by store/staging_tables.py.
CREATE SCHEMA staging;
