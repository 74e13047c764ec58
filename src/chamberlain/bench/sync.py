"""`chamberlain bench sync`: one full sync of a simulated tenant, measured and compared with the truth."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from chamberlain import bootstrap
from chamberlain.bench.simulated import Simulated, simulated
from chamberlain.settings import Settings

EVERYBODY_UP_TO = 10_000
SAMPLE = 500


def bench_sync(
    *, users: int, groups: int, memberships: int, apps: int, latency_ms: int, seed: int, plant: str = ""
) -> dict[str, Any]:
    """Starts a simulator and a database of its own, syncs in a process of its own, compares, and tells the figures.

    returns  users, groups, grants, requests, resource_units, throttled, seconds, peak_rss_mb, equal_to_truth, and more;
             seconds are those of the sync run; peak_rss_mb is the largest resident size of the process that synced,
             database excluded
    """
    options: dict[str, int] = {
        "users": users,
        "groups": groups,
        "memberships": memberships,
        "apps": apps,
        "latency_ms": latency_ms,
        "seed": seed,
    }
    with tempfile.TemporaryDirectory(prefix="chamberlain-bench-") as folder, simulated(file=None, **options) as tenant:
        data = Path(folder)
        data.chmod(0o755)  # as root, PostgreSQL runs under another account
        settings = Settings(data=data, login_root=tenant.url, graph_root=tenant.url, log_level="ERROR")
        with bootstrap.open_world(settings):
            before = tenant.usage()
            run, peak_mb = _sync_in_child(settings, tenant, plant)
            after = tenant.usage()
            return {**options, **_figures(tenant, run, before, after), "peak_rss_mb": peak_mb}


def _sync_in_child(settings: Settings, tenant: Simulated, plant: str) -> tuple[dict[str, Any], float]:
    """Connects and syncs in a process whose memory can be told apart from ours."""
    environment = {
        **os.environ,
        "CHAMBERLAIN_DATA": str(settings.data),
        "CHAMBERLAIN_LOGIN_ROOT": tenant.url,
        "CHAMBERLAIN_GRAPH_ROOT": tenant.url,
        "CHAMBERLAIN_CONNECT_SECRET": tenant.own_client_secret,
    }
    command = [sys.executable, "-m", "chamberlain.bench.child"]
    command += ["--tenant-id", tenant.tenant_id, "--client-id", tenant.own_client_id, "--plant", plant]
    done = subprocess.run(command, env=environment, check=False, capture_output=True)  # noqa: S603 - our own program
    if not done.stdout.strip():
        raise RuntimeError(f"the sync process said nothing: {done.stderr.decode()[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    return told, told.pop("peak_rss_mb")


def _figures(tenant: Simulated, run: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    from chamberlain.bench.comparison import compare
    from chamberlain.model.actor import SYSTEM
    from chamberlain.queries.connections import choose_tenant

    chosen = choose_tenant(viewer=SYSTEM, slug=None)
    people = run["phases"]["people"]["read"]
    query = "" if people <= EVERYBODY_UP_TO else f"?sample={SAMPLE}"
    comparison = compare(chosen, tenant.truth(query))
    return {
        "users": people,
        "groups": run["phases"]["groups"]["read"],
        "grants": sum(phase["grants_opened"] for phase in run["phases"].values()),
        "requests": after["requests"] - before["requests"],
        "resource_units": after["resource_units"] - before["resource_units"],
        "throttled": after["throttled"] - before["throttled"],
        "seconds": run["seconds"],
        "state": run["state"],
        "error": run["error"],
        "phase_seconds": {name: phase["seconds"] for name, phase in run["phases"].items()},
        "compared": comparison.compared,
        "differences": comparison.examples,
        "equal_to_truth": comparison.equal,
    }


def peak_rss_mb() -> float:
    """Largest resident size of this process so far; ru_maxrss is in KiB on Linux and in bytes on macOS."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)
