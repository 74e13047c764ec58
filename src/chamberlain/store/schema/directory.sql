-- The directory of a tenant: what was seen, as intervals. Closed, never deleted.
-- Small integers and int keys: a large tenant has ten million grants.

-- Accounts and permissions draw their ids from one sequence, so that a grant's holder can be either:
-- a person is a member of a group, and a group is a member of a group.
CREATE SEQUENCE holder_id AS bigint;

CREATE TABLE account (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id             bigint      NOT NULL DEFAULT nextval('holder_id'),
    guid           uuid        NOT NULL,
    type           text        NOT NULL,                 -- model.kind.AccountType
    name           text        NOT NULL DEFAULT '',
    user_name      text        NOT NULL DEFAULT '',
    mail           text        NOT NULL DEFAULT '',
    enabled        boolean     NOT NULL DEFAULT true,
    department     text        NOT NULL DEFAULT '',
    job_title      text        NOT NULL DEFAULT '',
    manager        uuid,
    facts          jsonb       NOT NULL DEFAULT '{}',    -- what a profile page shows and nothing filters by
    created_at     timestamptz,                          -- in Entra
    first_seen     timestamptz NOT NULL,
    gone_at        timestamptz,
    search         tsvector    NOT NULL GENERATED ALWAYS AS
        (to_tsvector('simple', translate(name || ' ' || user_name || ' ' || mail || ' ' || job_title,
                                         '@._-#''/\,;:()+&', '                '))) STORED,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT account_guid UNIQUE (tenant_id, guid)
);
CREATE INDEX account_name ON account (tenant_id, lower(name), id) WHERE gone_at IS NULL;
CREATE INDEX account_manager ON account (tenant_id, manager) WHERE gone_at IS NULL;
CREATE INDEX account_department ON account (tenant_id, department) WHERE gone_at IS NULL;
CREATE INDEX account_user_name ON account (tenant_id, lower(user_name));
CREATE INDEX account_search ON account USING gin (search);

CREATE TABLE permission (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id             bigint      NOT NULL DEFAULT nextval('holder_id'),
    family         smallint    NOT NULL,                 -- model.kind.Family
    kind           text        NOT NULL,                 -- model.kind.Kind
    guid           uuid        NOT NULL,
    parent         uuid        NOT NULL,                 -- application of an app role, SKU of a service plan; else nil
    key            text        NOT NULL,                 -- as in URLs: "group:<guid>", "app_role:<parent>:<guid>"
    name           text        NOT NULL DEFAULT '',
    description    text        NOT NULL DEFAULT '',
    app            text        NOT NULL DEFAULT '',      -- name of the application or of the licence it belongs to
    mail           text        NOT NULL DEFAULT '',
    facts          jsonb       NOT NULL DEFAULT '{}',    -- rule, flags, seats: see model/observed.py
    members        int         NOT NULL DEFAULT 0,       -- direct holders now; kept by the end of each sync
    people         int         NOT NULL DEFAULT 0,       -- people who hold it by whatever path
    owners         int         NOT NULL DEFAULT 0,
    first_seen     timestamptz NOT NULL,
    gone_at        timestamptz,
    search         tsvector    NOT NULL GENERATED ALWAYS AS
        (to_tsvector('simple', translate(name || ' ' || mail || ' ' || app, '@._-#''/\,;:()+&', '                '))) STORED,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT permission_guid UNIQUE (tenant_id, family, parent, guid),
    CONSTRAINT permission_key UNIQUE (tenant_id, key)
);
CREATE INDEX permission_name ON permission (tenant_id, kind, lower(name), id) WHERE gone_at IS NULL;
CREATE INDEX permission_search ON permission USING gin (search);

-- Interned details of grants: a set of disabled service plans, a licence's state, a role's scope.
CREATE TABLE qualifier (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id             int         NOT NULL GENERATED ALWAYS AS IDENTITY,
    content        jsonb       NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT qualifier_content UNIQUE (tenant_id, content)
);

-- Direct edges. `via_id` is the group through which Microsoft says that a licence came; 0: none.
-- `qualifier_id` 0: nothing more to say. A change of either ends one interval and begins another.
CREATE TABLE grants (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    holder_id      bigint      NOT NULL,
    permission_id  bigint      NOT NULL,
    relation       smallint    NOT NULL,                 -- model.kind.Relation
    via_id         bigint      NOT NULL DEFAULT 0,
    qualifier_id   int         NOT NULL DEFAULT 0,
    opened_at      timestamptz NOT NULL,
    closed_at      timestamptz,
    PRIMARY KEY (tenant_id, permission_id, holder_id, relation, via_id, qualifier_id, opened_at)
);
CREATE UNIQUE INDEX grants_open
    ON grants (tenant_id, permission_id, relation, holder_id, via_id, qualifier_id) WHERE closed_at IS NULL;
CREATE INDEX grants_holder ON grants (tenant_id, holder_id, permission_id);

-- Group-in-group closure of the present: `inner_id` is somewhere inside `outer_id`.
CREATE TABLE nesting (
    tenant_id      int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    outer_id       bigint      NOT NULL,
    inner_id       bigint      NOT NULL,
    PRIMARY KEY (tenant_id, outer_id, inner_id)
);
CREATE INDEX nesting_inner ON nesting (tenant_id, inner_id, outer_id);
