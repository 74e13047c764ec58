"""Running totals of runs: a run is added when it ends, in the same transaction."""

from chamberlain.store.connection import rows

SUMMED = """
    SELECT r.tenant_id, (r.state = 'succeeded')::int AS succeeded, (r.state = 'failed')::int AS failed,
           coalesce(extract(epoch FROM r.ended_at - r.started_at), 0) AS seconds,
           coalesce(sum(p.requests), 0) AS requests, coalesce(sum(p.resource_units), 0) AS resource_units, r.throttled
    FROM sync_run r LEFT JOIN sync_phase p ON p.run_id = r.id
    WHERE r.ended_at IS NOT NULL AND {which} GROUP BY r.id
"""
ADD = """
    INSERT INTO run_total AS t (tenant_id, succeeded, failed, seconds, requests, resource_units, throttled)
    SELECT tenant_id, sum(succeeded), sum(failed), sum(seconds), sum(requests), sum(resource_units), sum(throttled)
    FROM ({summed}) s GROUP BY tenant_id
    ON CONFLICT (tenant_id) DO UPDATE SET
        succeeded = t.succeeded + EXCLUDED.succeeded, failed = t.failed + EXCLUDED.failed,
        seconds = t.seconds + EXCLUDED.seconds, requests = t.requests + EXCLUDED.requests,
        resource_units = t.resource_units + EXCLUDED.resource_units, throttled = t.throttled + EXCLUDED.throttled
    RETURNING 1
"""
ADD_ONE = ADD.format(summed=SUMMED.format(which="r.id = %(run)s"))
ADD_ALL = ADD.format(summed=SUMMED.format(which="true"))


def add_run(run_id: int) -> None:
    """Adds a run that has just ended; call it once, in the transaction that ends it."""
    rows(ADD_ONE, {"run": run_id})
