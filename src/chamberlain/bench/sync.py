"""`chamberlain bench sync`: one full sync of a simulated tenant, measured and compared with the truth."""

import json
import resource
import sys
from typing import Any

from chamberlain.bench.laboratory import Laboratory, Synced, laboratory

WINDOW_SECONDS = 10
# Resource units within ten seconds, by size of the tenant.
# source  https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits (2026)
QUOTAS = ((50, 3_500), (501, 5_000), (float("inf"), 8_000))


def bench_sync(*, plant: str = "", requests_in_flight: int = 16, **options: float) -> dict[str, Any]:
    """Starts a simulator and a database of its own, syncs in a process of its own, compares, and tells the figures.

    options  of `chamberlain simulator`: users, groups, memberships, apps, latency_ms, seed, quotas, quota_scale
    returns  users, groups, grants, requests, resource_units, throttled, seconds, peak_rss_mb, equal_to_truth, and more;
             seconds are those of the sync run; peak_rss_mb is the largest resident size of the process that synced,
             database excluded
    """
    with laboratory(requests_in_flight=requests_in_flight, **options) as lab:
        synced = lab.sync(plant=plant)
        return {
            **options,
            "requests_in_flight": requests_in_flight,
            **figures(lab, synced, scale=options.get("quota_scale", 1.0)),
        }


def figures(lab: Laboratory, synced: Synced, *, scale: float = 1.0) -> dict[str, Any]:
    """What a sync took, beside what it has to take at the least, and whether it is right."""
    least = json.loads(lab.tenant.get("/_simulator/least"))
    run, usage, comparison = synced.run, synced.usage, lab.compare()
    return {
        "users": run["phases"]["people"]["read"],
        "groups": run["phases"]["groups"]["read"],
        "grants": sum(phase["grants_opened"] for phase in run["phases"].values()),
        "mode": run["mode"],
        "requests": usage["requests"],
        "round_trips": usage["round_trips"],
        "resource_units": usage["resource_units"],
        "least_resource_units": least["least_resource_units"],
        "throttled": usage["throttled"],
        "throttled_share": round(usage["throttled"] / max(usage["requests"], 1), 5),
        "quota_seconds": _quota_seconds(usage["resource_units"], users=lab.users, scale=scale),
        "seconds": run["seconds"],
        "cpu_seconds": synced.cpu_seconds,
        "database_cpu_seconds": synced.database_cpu_seconds,
        "peak_rss_mb": synced.peak_rss_mb,
        "state": run["state"],
        "error": run["error"],
        "phase_seconds": {name: phase["seconds"] for name, phase in run["phases"].items()},
        "compared": comparison.compared,
        "differences": comparison.examples,
        "equal_to_truth": comparison.equal,
    }


def _quota_seconds(units: int, *, users: int, scale: float) -> float:
    """How long the quota alone makes a run of so many units last: what is over one burst, at the rate of refilling."""
    quota = scale * next(quota for limit, quota in QUOTAS if users < limit)
    return round(max(0.0, (units - quota) / (quota / WINDOW_SECONDS)), 1)


def peak_rss_mb() -> float:
    """Largest resident size of this process so far; ru_maxrss is in KiB on Linux and in bytes on macOS."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)
