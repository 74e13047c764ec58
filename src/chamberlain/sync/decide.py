"""How a run reads, decided once: after a crash it goes on as it began."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chamberlain import clock
from chamberlain.graph.client import Graph
from chamberlain.kinds import groups, people, products
from chamberlain.kinds.reading import Start
from chamberlain.model.cursor import Cursor
from chamberlain.model.kind import Family
from chamberlain.model.merged import ACCOUNTS, name_of
from chamberlain.model.run import Mode, Plan
from chamberlain.policy.reading_plan import Situation, Sizes, choose, plan
from chamberlain.store import coverage, known
from chamberlain.store.connection import apart
from chamberlain.store.staging import Staging
from chamberlain.sync import full
from chamberlain.sync.links import STREAMS, made_with
from chamberlain.sync.way import Way

START = "start"
LISTED = (ACCOUNTS, name_of(Family.GROUP), name_of(Family.APP_ROLE))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is to do.

    mode         how somebody asked it to read
    full_every   how long a reading of everything satisfies
    """

    tenant_id: int
    run_id: int
    mode: Mode | None
    full_every: timedelta


@dataclass(frozen=True, slots=True)
class Decided:
    """How to read, and from where. `plan` is None after a crash: it was told before."""

    mode: Mode
    start: Start
    plan: Plan | None


async def decide(
    asked: Asked, graph: Graph, *, way: Way, staging: Staging, links: Mapping[str, Cursor], refused: bool
) -> Decided:
    """How to read, and what to read from.

    refused  whether Microsoft has just refused one of the links
    """
    if START in staging.units:
        told = staging.units[START]
        return Decided(Mode(told["mode"]), _start_of(told), None)
    now = clock.now()
    situation = await asyncio.to_thread(apart, lambda: _situation(asked, way, links, now=now, refused=refused))
    mode, why = choose(situation)
    if mode is Mode.FULL:
        start = await full.prepare(graph, tenant_id=asked.tenant_id, now=now)
    else:
        start = Start(began_at=now, links={stream: links[stream].link for stream in STREAMS})
    sizes = await asyncio.to_thread(apart, lambda: _sizes(asked.tenant_id, start))
    made = plan(mode, why, sizes, width=way.endpoint.in_flight)
    staging.complete(START, told=_told_of(mode, start))
    return Decided(mode, start, made)


def _situation(asked: Asked, way: Way, links: Mapping[str, Cursor], *, now: datetime, refused: bool) -> Situation:
    ours = [links[stream] for stream in STREAMS if stream in links]
    looked = coverage.read(tenant_id=asked.tenant_id)
    return Situation(
        now=now,
        asked=asked.mode,
        oldest_link=min(one.issued_at for one in ours) if len(ours) == len(STREAMS) else None,
        same_make=all(one.made_with == made_with(way.endpoint.graph_root, one.stream) for one in ours),
        refused=refused,
        last_full=min((one.complete_at for name, one in looked.items() if name in LISTED), default=None),
        full_every=asked.full_every,
    )


def _sizes(tenant_id: int, start: Start) -> Sizes:
    found = known.sizes(tenant_id=tenant_id)
    ever = bool(found["groups"])
    return Sizes(
        accounts=start.expected.get(people.STREAM, found["accounts"]),
        groups=start.expected.get(groups.STREAM, found["groups"]),
        long_groups=found["long_groups"] if ever else None,
        members=found["members"] if ever else None,
        applications=start.expected.get(products.STREAM, found["applications"]),
    )


def _told_of(mode: Mode, start: Start) -> dict[str, object]:
    return {
        "mode": mode.value,
        "began_at": start.began_at.isoformat(),
        "links": dict(start.links),
        "expected": dict(start.expected),
        "bounds": {one: list(bounds) for one, bounds in start.bounds.items()},
        "large": sorted(start.large),
    }


def _start_of(told: Mapping[str, Any]) -> Start:
    return Start(
        began_at=datetime.fromisoformat(told["began_at"]),
        links=told["links"],
        expected=told["expected"],
        bounds=told["bounds"],
        large=frozenset(told["large"]),
    )
