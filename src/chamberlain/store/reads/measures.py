"""What metrics are read from: the tables, so that one process tells of all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chamberlain.store.connection import rows

TENANTS = """
    SELECT t.slug, t.synced_at, c.state,
           coalesce(n.succeeded, 0) AS succeeded, coalesce(n.failed, 0) AS failed, coalesce(n.seconds, 0) AS seconds,
           coalesce(n.requests, 0) AS requests, coalesce(n.resource_units, 0) AS resource_units,
           coalesce(n.throttled, 0) AS throttled
    FROM tenant t JOIN connection c ON c.tenant_id = t.id LEFT JOIN run_total n ON n.tenant_id = t.id
    ORDER BY t.slug
"""
OPEN_RUNS = "SELECT state, count(*) AS runs FROM sync_run WHERE state IN ('queued', 'running') GROUP BY state"
QUOTAS = """
    SELECT split_part(name, ':', 1) AS quota, sum(extract(epoch FROM waited))::float AS waited,
           sum(throttled) AS throttled, count(*) FILTER (WHERE paused_until > now()) AS paused
    FROM quota_bucket WHERE hour > now() - interval '1 hour' OR paused_until > now() GROUP BY 1 ORDER BY 1
"""
DATABASE = """
    SELECT count(*) FILTER (WHERE state = 'active') AS active, count(*) FILTER (WHERE state <> 'active') AS idle,
           current_setting('max_connections')::int AS most, pg_database_size(current_database()) AS bytes
    FROM pg_stat_activity WHERE datname = current_database()
"""


@dataclass(frozen=True, slots=True)
class TenantMeasures:
    """One tenant: how it is connected, when it was synced, what its runs came to."""

    slug: str
    synced_at: datetime | None
    state: str
    succeeded: int
    failed: int
    seconds: float
    requests: int
    resource_units: int
    throttled: int


def tenants() -> tuple[TenantMeasures, ...]:
    """Every connected tenant."""
    return tuple(TenantMeasures(**row) for row in rows(TENANTS, {}))


def open_runs() -> dict[str, int]:
    """How many runs are queued and running."""
    return {"queued": 0, "running": 0} | {row["state"]: row["runs"] for row in rows(OPEN_RUNS, {})}


def quotas() -> list[dict[str, Any]]:
    """By Microsoft's quota, over all tenants: seconds waited and refusals this hour, and where it is paused now."""
    return rows(QUOTAS, {})


def database() -> dict[str, int]:
    """Connections in use and idle, how many there may be, and the size."""
    return rows(DATABASE, {})[0]
