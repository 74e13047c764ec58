"""What the page of metrics tells beside the requests of its own process. Who may see it, the page decides."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chamberlain import clock
from chamberlain.jobs.life import jobs_by_state, workers_alive
from chamberlain.store import outbox
from chamberlain.store.reads import measures as reads
from chamberlain.store.reads.measures import TenantMeasures

__all__ = ["Measures", "TenantMeasures", "take_measures"]


@dataclass(frozen=True, slots=True)
class Measures:
    """The installation at one moment.

    ages     how long ago each tenant was last synced, by slug; one that never was is missing
    quotas   rows of quota, seconds waited, refusals and pauses
    """

    tenants: tuple[TenantMeasures, ...]
    ages: dict[str, timedelta]
    open_runs: dict[str, int]
    quotas: list[dict[str, Any]]
    jobs: dict[str, int]
    workers: int
    messages: dict[str, int]
    database: dict[str, int]


def take_measures() -> Measures:
    """Reads the tables now."""
    now, tenants = clock.now(), reads.tenants()
    return Measures(
        tenants=tenants,
        ages={one.slug: now - one.synced_at for one in tenants if one.synced_at},
        open_runs=reads.open_runs(),
        quotas=reads.quotas(),
        jobs=jobs_by_state(),
        workers=workers_alive(),
        messages={state.value: number for state, number in outbox.count_by_state(tenants=None).items()},
        database=reads.database(),
    )
