-- Budgets under Microsoft's limits, one row for each that was ever drawn on. All processes lease from them.

CREATE TABLE quota_share (
    tenant_id      int              PRIMARY KEY REFERENCES tenant (id) ON DELETE CASCADE,
    percent        smallint         NOT NULL CHECK (percent BETWEEN 5 AND 100)   -- how fast a person lets us go
);

CREATE TABLE quota_bucket (
    tenant_id      int              NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    client_id      text             NOT NULL,            -- limits count for each application by itself
    name           text             NOT NULL,            -- model.quota.Workload, and ":" which where there are several
    whose          text             NOT NULL,            -- model.quota.Whose
    units          double precision NOT NULL,            -- documented, for each window
    window_seconds double precision NOT NULL,
    size           double precision NOT NULL,            -- what `units` seems to be; never more
    tokens         double precision NOT NULL,            -- left of our part at `at`
    at             timestamptz      NOT NULL,
    headroom       double precision NOT NULL DEFAULT 0.05,
    headroom_at    timestamptz      NOT NULL,
    paused_until   timestamptz,
    leased         double precision NOT NULL DEFAULT 0,  -- ever
    burst_at       timestamptz      NOT NULL,            -- nobody had asked for a whole window: the quota was full
    burst_leased   double precision NOT NULL DEFAULT 0,  -- `leased` at that moment
    hour           timestamptz      NOT NULL,            -- the four below count since then
    used           double precision NOT NULL DEFAULT 0,
    requests       bigint           NOT NULL DEFAULT 0,
    throttled      bigint           NOT NULL DEFAULT 0,
    waited         interval         NOT NULL DEFAULT '0',
    PRIMARY KEY (tenant_id, client_id, name)
) WITH (fillfactor = 50);                                -- updated in place, several times a second
