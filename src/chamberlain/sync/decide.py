"""How a run reads, decided once: after a crash it goes on as it began."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chamberlain import clock
from chamberlain.graph.client import Graph
from chamberlain.kinds import groups, people, products
from chamberlain.kinds.reading import Start
from chamberlain.model.capability import Capability
from chamberlain.model.cursor import Cursor
from chamberlain.model.kind import Family
from chamberlain.model.merged import ACCOUNTS, name_of
from chamberlain.model.run import Mode, PhaseName, Plan
from chamberlain.policy.capabilities import STANDARD
from chamberlain.policy.reading_plan import Situation, Sizes, choose, plan
from chamberlain.store import coverage, known
from chamberlain.store.connection import apart
from chamberlain.store.staging import Staging
from chamberlain.sync import full
from chamberlain.sync.links import made_with
from chamberlain.sync.way import Way

START = "start"
OF_STREAMS = {
    PhaseName.PEOPLE: (people.STREAM, ACCOUNTS),
    PhaseName.GROUPS: (groups.STREAM, name_of(Family.GROUP)),
    PhaseName.PRODUCTS: (products.STREAM, name_of(Family.APP_ROLE)),
}
LISTED = tuple(listed for _, listed in OF_STREAMS.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is to do.

    mode         how somebody asked it to read
    full_every   how long a reading of everything satisfies
    chosen       what the tenant is connected for
    """

    tenant_id: int
    run_id: int
    mode: Mode | None
    full_every: timedelta
    chosen: frozenset[Capability] = STANDARD


@dataclass(frozen=True, slots=True)
class Decided:
    """How to read, and from where. `plan` is None after a crash: it was told before."""

    mode: Mode
    start: Start
    plan: Plan | None


async def decide(
    asked: Asked,
    graph: Graph,
    *,
    way: Way,
    staging: Staging,
    links: Mapping[str, Cursor],
    refused: bool,
    barred: Collection[PhaseName],
) -> Decided:
    """How to read, and what to read from.

    barred   kinds that are left alone
    refused  whether Microsoft has just refused one of the links
    """
    if START in staging.units:
        told = staging.units[START]
        return Decided(Mode(told["mode"]), _start_of(told), None)
    now = clock.now()
    kinds = {stream: listed for phase, (stream, listed) in OF_STREAMS.items() if phase not in barred}
    situation = await asyncio.to_thread(
        apart, lambda: _situation(asked, way, links, now=now, refused=refused, kinds=kinds)
    )
    mode, why = choose(situation)
    if mode is Mode.FULL:
        start = await full.prepare(graph, tenant_id=asked.tenant_id, now=now, streams=tuple(kinds))
    else:
        start = Start(began_at=now, links={stream: links[stream].link for stream in kinds})
    sizes = await asyncio.to_thread(apart, lambda: _sizes(asked.tenant_id, start))
    made = plan(mode, why, sizes, width=way.endpoint.in_flight)
    staging.complete(START, told=_told_of(mode, start))
    return Decided(mode, start, made)


def _situation(
    asked: Asked,
    way: Way,
    links: Mapping[str, Cursor],
    *,
    now: datetime,
    refused: bool,
    kinds: Mapping[str, str],
) -> Situation:
    """What is known of the kinds that may be read: one that was let in again has no good link, and is read whole."""
    ours = [links[stream] for stream in kinds if stream in links]
    looked = coverage.read(tenant_id=asked.tenant_id)
    read_at = [looked[name].complete_at for name in kinds.values() if name in looked]
    return Situation(
        now=now,
        asked=asked.mode,
        oldest_link=min((one.issued_at for one in ours), default=now) if len(ours) == len(kinds) else None,
        same_make=all(one.made_with == made_with(way.endpoint.graph_root, one.stream) for one in ours),
        refused=refused,
        last_full=min(read_at, default=None if kinds else now),
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
