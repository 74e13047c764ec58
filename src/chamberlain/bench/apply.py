"""`chamberlain bench apply`: plans that are carried out through faults, by processes that are killed, and put back.

Each seed chooses a mixed plan, which requests fail and how, and what is killed when; twenty seeds share a tenant, which
is put back before each. What the tenant is like afterwards is compared with what the plan wanted, and after its undo
with what was before; what was asked for twice stands in the simulator's log. Which steps are done, barred or left is
what the product says, and is held against all that: what it calls done has to be so, and nothing else may have changed.
A seed that fails plays again with `--seeds N-N`.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from chamberlain import bootstrap
from chamberlain.bench.kept_tenant import kept_tenant
from chamberlain.bench.lives import Lives, Stories, Workers, house
from chamberlain.bench.plants import planted
from chamberlain.bench.schedule import KEPT, Played, Schedule
from chamberlain.bench.trouble import AUDIT_LAG_MS, Trouble
from chamberlain.bench.writable import Writable
from chamberlain.settings import Settings

SIZES: dict[str, Any] = {"users": 120, "groups": 40, "memberships": 700, "apps": 6}
SEEDS_PER_TENANT = 20
EXCHANGE_EVERY = 2
HOUSE_EVERY, WORKER_EVERY = 50, 2


def bench_apply(*, first: int, last: int, plant: str = "") -> dict[str, Any]:
    """Plays all seeds from first to last."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chamberlain-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)  # as root, PostgreSQL runs under another account
        settings = Settings(data=data, log_level="CRITICAL")
        with bootstrap.open_world(settings) as world:
            tenants = groupby(range(first, last + 1), key=lambda seed: seed // SEEDS_PER_TENANT)
            played = [one for number, seeds in tenants for one in _play(number, seeds, world=world, plant=plant)]
    return _summary(played) | {"seconds": round(time.monotonic() - began, 1)}


def _play(number: int, seeds: Iterator[int], *, world: bootstrap.World, plant: str) -> Iterator[Played]:
    """The schedules of one tenant."""
    by_exchange = bool(number % EXCHANGE_EVERY)
    with (
        kept_tenant(world, exchange=by_exchange, seed=number, audit_lag_ms=AUDIT_LAG_MS, **SIZES) as kept,
        planted(plant),
    ):
        for seed in seeds:
            # Two of them: how often a life is drawn depends on the machine, and what is wished for must not.
            chance, of_lives = random.Random(seed), random.Random(f"lives {seed}")  # noqa: S311 - play again, no secret
            with kept.lend() as (tenant, url), _lives(seed, tenant, of_lives, url=url, planted_bug=plant) as lives:
                trouble = Trouble(tenant.simulator, seed, errors_as_ok=chance.random() < 0.5)
                yield Schedule(tenant, seed, chance, lives, trouble, kept.deleted).play()


@contextmanager
def _lives(seed: int, tenant: Writable, chance: random.Random, *, url: str, planted_bug: str) -> Iterator[Lives]:
    """What carries the plans of a seed out."""
    if seed % HOUSE_EVERY == 0:
        if planted_bug:
            raise ValueError(f"seed {seed} is played by a process of its own, in which no bug is planted")
        with house(tenant, chance, url=url) as opened:
            yield opened
    else:
        yield Stories(tenant, chance) if seed % WORKER_EVERY else Workers(tenant, chance, url)


def _summary(played: list[Played]) -> dict[str, Any]:
    failed = [one for one in played if not one.is_right]
    touched = sum(one.touched for one in played)
    return {
        "runs": len(played),
        "equal": sum(one.is_equal for one in played),
        "repeated_writes": sum(len(one.repeated) for one in played),
        "unproved_done": sum(len(one.unproved) for one in played),
        "undo_restored_share": round(sum(one.restored for one in played) / touched, 6) if touched else None,
        "failed_seeds": [one.seed for one in failed],
        "steps": sum(one.steps for one in played),
        "barred": sum(one.barred for one in played),
        "licences_refused": sum(one.refused for one in played),
        "foretold": sum(one.foretold for one in played),
        "left_to_people": sum(one.left for one in played),
        "replanned": sum(one.replanned for one in played),
        "kills": sum(one.kills for one in played),
        "faults": sum(one.faults for one in played),
        "differences": {one.seed: [*one.differences, *one.repeated, *one.unproved][:KEPT] for one in failed},
        "right": not failed,
    }
