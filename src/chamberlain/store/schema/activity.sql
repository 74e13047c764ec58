-- When accounts were last used, as sources outside the directory tell, and how far each source was read.

CREATE TABLE activity (
    tenant_id     int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    account_id    bigint      NOT NULL,
    source        text        NOT NULL,                 -- model.activity.Source
    last_used_at  timestamptz,                          -- NULL: the source has no record
    succeeded     boolean     NOT NULL,                 -- false: an attempt, of which nobody knows how it ended
    read_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, account_id, source)
);

CREATE TABLE activity_pass (
    tenant_id     int         NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    source        text        NOT NULL,
    link          text,                                 -- the page that comes next; NULL: none was read yet, or all were
    began_at      timestamptz,                          -- of the pass that is on its way, or of the last one
    read_at       timestamptz,                          -- when a pass was last read to its end
    reason        text,                                 -- model.activity.WhyUnknown: why it was refused; NULL: it was not
    asked_at      timestamptz NOT NULL,
    look_at       timestamptz NOT NULL,                 -- not before
    PRIMARY KEY (tenant_id, source)
);
