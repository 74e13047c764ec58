"""A simulated tenant, a database of its own, and syncs in processes that are watched."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chamberlain import bootstrap
from chamberlain.bench.comparison import Comparison, compare
from chamberlain.bench.processor import seconds_below
from chamberlain.bench.simulated import Simulated, simulated
from chamberlain.settings import Settings

EVERYBODY_UP_TO = 3_000
SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Synced:
    """A sync that was watched.

    run          as `chamberlain sync --json` tells it
    usage        what the simulator counted meanwhile
    peak_rss_mb  largest resident size of the process that synced
    cpu_seconds  of the process that synced, and of the database's processes meanwhile; None where nobody can tell
    """

    run: dict[str, Any]
    usage: dict[str, Any]
    peak_rss_mb: float
    cpu_seconds: float
    database_cpu_seconds: float | None


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Where a measurement happens."""

    settings: Settings
    tenant: Simulated
    users: int

    def sync(self, *, again: bool = False, plant: str = "") -> Synced:
        """Connects and syncs, or syncs again, in a process whose memory and time can be told apart from ours."""
        before, database_before = self.tenant.usage(), seconds_below(os.getpid(), name="postgres")
        told = json.loads(self._child("--plant", plant, *(["--again"] if again else [])).splitlines()[-1])
        after, database_after = self.tenant.usage(), seconds_below(os.getpid(), name="postgres")
        counted = {
            name: after[name] - before[name] for name in after if isinstance(after[name], int) and name in before
        }
        database = None
        if database_before is not None and database_after is not None:
            database = round(database_after - database_before, 2)
        return Synced(told, counted, told.pop("peak_rss_mb"), told.pop("cpu_seconds"), database)

    def _child(self, *options: str) -> bytes:
        """What a watched process says.

        raises  RuntimeError when it failed
        """
        environment = {
            **os.environ,
            "CHAMBERLAIN_DATA": str(self.settings.data),
            "CHAMBERLAIN_LOGIN_ROOT": self.tenant.url,
            "CHAMBERLAIN_GRAPH_ROOT": self.tenant.url,
            "CHAMBERLAIN_SYNC_INTERVAL_MINUTES": "0",
            "CHAMBERLAIN_REQUESTS_IN_FLIGHT": str(self.settings.requests_in_flight),
            "CHAMBERLAIN_CONNECT_SECRET": self.tenant.own_client_secret,
        }
        command = [sys.executable, "-m", "chamberlain.bench.child", *options]
        command += ["--tenant-id", self.tenant.tenant_id, "--client-id", self.tenant.own_client_id]
        done = subprocess.run(command, env=environment, check=False, capture_output=True)  # noqa: S603 - our own program
        if done.returncode:
            raise RuntimeError(f"the sync process failed: {done.stderr.decode()[-2000:]}")
        return done.stdout

    def compare(self, *, sample: int | None = None) -> Comparison:
        """What is stored beside the truth.

        sample  of how many people to compare what they really have; None: of everybody in a tenant that is not large
        """
        from chamberlain.model.actor import SYSTEM
        from chamberlain.queries.connections import find_tenant

        if sample is None and self.users > EVERYBODY_UP_TO:
            sample = SAMPLE
        query = "" if sample is None else f"?sample={sample}"
        return compare(find_tenant(viewer=SYSTEM, slug=self.tenant.tenant_id), self.tenant.truth(query))


@contextmanager
def laboratory(*, requests_in_flight: int = 16, **options: float | str) -> Iterator[Laboratory]:
    """A new tenant and an empty database; both end with the context.

    options  of `chamberlain simulator`
    """
    with tempfile.TemporaryDirectory(prefix="chamberlain-bench-") as folder, simulated(file=None, **options) as tenant:
        data = Path(folder)
        data.chmod(0o755)  # as root, PostgreSQL runs under another account
        settings = Settings(
            data=data,
            login_root=tenant.url,
            graph_root=tenant.url,
            log_level="ERROR",
            requests_in_flight=requests_in_flight,
        )
        with bootstrap.open_world(settings):
            yield Laboratory(settings, tenant, int(options["users"]))
