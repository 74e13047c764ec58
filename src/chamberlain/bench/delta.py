"""`chamberlain bench delta`: what it costs to catch up with a few changes of a synced tenant."""

import time
from typing import Any

from chamberlain.bench.laboratory import laboratory
from chamberlain.bench.sync import figures

AUDIT_LAG_MS = 1_000
AUDITS_AT_MOST = 4  # times the lag: entries come up to three times as late


def bench_delta(
    *, changed: dict[str, int], plant: str = "", requests_in_flight: int = 16, **options: float
) -> dict[str, Any]:
    """Syncs in full, changes the tenant, waits until the audit log tells of it, syncs what changed, and compares.

    changed  how many "users", "groups", "memberships", "app_assignments" and "roles" change
    options  of `chamberlain simulator`
    """
    with laboratory(requests_in_flight=requests_in_flight, audit_lag_ms=AUDIT_LAG_MS, **options) as lab:
        first = lab.sync()
        made = lab.tenant.post("/_simulator/churn", {"seed": int(options.get("seed", 1)), **changed})
        time.sleep(AUDIT_LAG_MS * AUDITS_AT_MOST / 1000)
        synced = lab.sync(again=True, plant=plant)
        return {
            **options,
            "changed": made.get("made", changed),
            "full_seconds": first.run["seconds"],
            "full_resource_units": first.usage["resource_units"],
            **figures(lab, synced, scale=options.get("quota_scale", 1.0)),
        }
