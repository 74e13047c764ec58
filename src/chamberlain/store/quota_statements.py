"""The statements of `store/quota.py`: each locks one budget, brings it up to the present, and changes it."""

# The row as it is now, locked: `level` is what is left, `capacity` our part of the quota.
FILLED = """
    WITH locked AS MATERIALIZED (
        SELECT bucket.*, coalesce(quota_share.percent, 100) / 100.0::float8 AS share
        FROM quota_bucket AS bucket LEFT JOIN quota_share USING (tenant_id)
        WHERE bucket.tenant_id = %(tenant_id)s AND bucket.client_id = %(client_id)s AND bucket.name = %(name)s
        FOR UPDATE OF bucket
    ), timed AS MATERIALIZED (
        SELECT *, clock_timestamp() AS now FROM locked
    ), idle AS (
        SELECT *, greatest(extract(epoch FROM now - at)::float8, 0) AS elapsed,
            greatest(0.05, headroom - extract(epoch FROM now - headroom_at)::float8 * 0.01 / 60) AS unused
        FROM timed
    ), sized AS (
        SELECT *, size * (1 - unused) * share AS capacity FROM idle
    ), filled AS (
        SELECT *, least(capacity, tokens + elapsed * capacity / window_seconds) AS level,
            greatest(coalesce(extract(epoch FROM paused_until - now)::float8, 0), 0) AS paused
        FROM sized
    )
"""
WHERE = """
    FROM filled
    WHERE bucket.tenant_id = filled.tenant_id AND bucket.client_id = filled.client_id AND bucket.name = filled.name
"""
TALLIED = """
    hour = date_trunc('hour', filled.now),
    used = CASE WHEN bucket.hour = date_trunc('hour', filled.now) THEN bucket.used ELSE 0 END + %(units)s,
    requests = CASE WHEN bucket.hour = date_trunc('hour', filled.now) THEN bucket.requests ELSE 0 END + %(requests)s,
    throttled = CASE WHEN bucket.hour = date_trunc('hour', filled.now) THEN bucket.throttled ELSE 0 END + %(throttled)s,
    waited = CASE WHEN bucket.hour = date_trunc('hour', filled.now) THEN bucket.waited ELSE '0' END + %(waited)s
"""
BURST = """
    burst_at = CASE WHEN filled.elapsed > filled.window_seconds THEN filled.now ELSE bucket.burst_at END,
    burst_leased = CASE WHEN filled.elapsed > filled.window_seconds THEN bucket.leased ELSE bucket.burst_leased END
"""
OPEN = """
    INSERT INTO quota_bucket AS bucket (tenant_id, client_id, name, whose, units, window_seconds, size, tokens, at,
                              headroom_at, burst_at, hour)
    SELECT %(tenant_id)s, %(client_id)s, %(name)s, %(whose)s, %(limit)s, %(window)s, %(limit)s,
           %(limit)s * 0.95 * coalesce((SELECT percent FROM quota_share WHERE tenant_id = %(tenant_id)s), 100) / 100.0,
           now, now, now, date_trunc('hour', now)
    FROM (SELECT clock_timestamp() AS now) AS moment
    ON CONFLICT (tenant_id, client_id, name) DO UPDATE
    SET size = bucket.size * excluded.units / bucket.units, units = excluded.units, whose = excluded.whose,
        window_seconds = excluded.window_seconds
    WHERE (bucket.units, bucket.window_seconds, bucket.whose)
        IS DISTINCT FROM (excluded.units, excluded.window_seconds, excluded.whose)
"""
GRANTED = """
    CASE WHEN %(wanted)s::float8 > 0 AND filled.paused = 0
            AND filled.level - %(reserve)s::float8 * filled.capacity >= %(least)s::float8
         THEN least(%(wanted)s::float8, filled.level - %(reserve)s::float8 * filled.capacity) ELSE 0 END
"""
LEASE = f"""
    {FILLED}
    UPDATE quota_bucket AS bucket
    SET tokens = filled.level - {GRANTED}, leased = bucket.leased + {GRANTED}, at = filled.now, {BURST}, {TALLIED}
    {WHERE}
    RETURNING {GRANTED} AS granted, filled.level - %(reserve)s::float8 * filled.capacity AS spare, filled.capacity,
        filled.window_seconds, filled.paused, bucket.leased, bucket.leased - bucket.burst_leased AS burst,
        extract(epoch FROM filled.now - bucket.burst_at)::float8 AS burst_seconds, bucket.size,
        extract(epoch FROM filled.now)::float8 AS at
"""  # noqa: S608 - put together from the constants above
GIVE_BACK = f"""
    {FILLED}
    UPDATE quota_bucket AS bucket
    SET tokens = least(filled.level + %(back)s, filled.capacity), leased = bucket.leased - %(back)s, at = filled.now,
        {BURST}, {TALLIED}
    {WHERE}
"""  # noqa: S608 - put together from the constants above
PAUSE = f"""
    {FILLED}
    UPDATE quota_bucket AS bucket
    SET paused_until = greatest(bucket.paused_until, filled.now + %(wait)s), at = filled.now,
        tokens = least(filled.level, 0.2 * filled.capacity),
        headroom = CASE WHEN filled.paused = 0 AND %(unexplained)s THEN least(filled.unused + 0.05, 0.3)
                        ELSE bucket.headroom END,
        headroom_at = CASE WHEN filled.paused = 0 AND %(unexplained)s THEN filled.now ELSE bucket.headroom_at END
    {WHERE}
    RETURNING filled.paused = 0 AS was_running
"""  # noqa: S608 - put together from the constants above
MEASURE = f"""
    {FILLED}
    UPDATE quota_bucket AS bucket
    SET size = least(%(size)s, bucket.units), at = filled.now,
        tokens = least(filled.level, coalesce(greatest(%(left)s::float8 - filled.unused * %(size)s, 0), filled.level))
    {WHERE}
"""  # noqa: S608 - put together from the constants above
USAGE = """
    SELECT bucket.*, coalesce(quota_share.percent, 100) AS percent, now.now AS now,
        greatest(extract(epoch FROM now.now - at)::float8, 0) AS elapsed,
        greatest(0.05, headroom - extract(epoch FROM now.now - headroom_at)::float8 * 0.01 / 60) AS unused
    FROM quota_bucket AS bucket LEFT JOIN quota_share USING (tenant_id),
        (SELECT clock_timestamp() AS now) AS now
    WHERE bucket.tenant_id = %(tenant_id)s AND bucket.client_id = coalesce(%(client_id)s::text, bucket.client_id)
    ORDER BY bucket.name, bucket.client_id
"""
PAUSED = """
    SELECT bucket.tenant_id, bucket.name, bucket.paused_until
    FROM quota_bucket AS bucket JOIN connection USING (tenant_id, client_id)
    WHERE bucket.paused_until > clock_timestamp()
    ORDER BY bucket.tenant_id, bucket.name
"""
SLOW_DOWN = """
    WITH before AS MATERIALIZED (
        SELECT percent FROM quota_share WHERE tenant_id = %(tenant_id)s FOR UPDATE
    )
    INSERT INTO quota_share (tenant_id, percent)
    SELECT %(tenant_id)s, %(percent)s WHERE (SELECT count(*) FROM before) >= 0   -- asked before it is changed
    ON CONFLICT (tenant_id) DO UPDATE SET percent = excluded.percent
    RETURNING coalesce((SELECT percent FROM before), 100) AS before
"""
