"""How a run reads, decided once: after a crash it goes on as it began."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chamberlain import clock
from chamberlain.errors import Refused
from chamberlain.graph.client import Graph
from chamberlain.kinds import groups, people, products
from chamberlain.kinds.reading import Start
from chamberlain.model.capability import Capability
from chamberlain.model.cursor import Cursor
from chamberlain.model.run import Mode, PhaseName, ReadingPlan
from chamberlain.policy.capabilities import STANDARD
from chamberlain.policy.reading_plan import Situation, Sizes, choose, plan
from chamberlain.store import coverage
from chamberlain.store import known as store
from chamberlain.store.connection import apart
from chamberlain.store.staging import Staging
from chamberlain.sync import full
from chamberlain.sync.follow import STREAMED, listed
from chamberlain.sync.links import is_link, made_with
from chamberlain.sync.way import Way

START = "start"
LISTED = tuple(one.listed for one in STREAMED.values())
LICENSED = frozenset({people.STREAM, groups.STREAM})
"""Both hold licences: what is no more is known only where both were listed."""


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
    """How to read, and from where.

    plan     None after a crash: it was told before
    refused  kinds that were to be listed and that Microsoft does not let us read
    """

    mode: Mode
    start: Start
    plan: ReadingPlan | None
    refused: Mapping[PhaseName, Refused] = field(default_factory=dict)


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

    A kind that was not read by the run before, whatever the reason, is listed anew; only where that is true of all of
    them, or asked for, or due, is everything.

    barred   kinds that are left alone
    refused  whether Microsoft has just refused one of the links
    """
    if START in staging.units:
        told = staging.units[START]
        return Decided(Mode(told["mode"]), _start_of(told), None)
    now = clock.now()
    kinds = {one.stream: one.listed for phase, one in STREAMED.items() if phase not in barred}
    known = {stream: links[stream] for stream in kinds if is_link(links.get(stream))}
    situation = await asyncio.to_thread(
        apart, lambda: _situation(asked, way, known, now=now, refused=refused, kinds=kinds)
    )
    mode, why = choose(situation)
    good = known if mode is Mode.CHANGES else {}
    start, shut = await _start(graph, asked.tenant_id, kinds=kinds, good=good, now=now)
    sizes = await asyncio.to_thread(apart, lambda: _sizes(asked.tenant_id, start))
    made = plan(mode, why, sizes, width=way.endpoint.in_flight, listed=listed(start))
    staging.complete(START, told=_told_of(mode, start))
    return Decided(
        mode, start, made, {phase: shut[one.stream] for phase, one in STREAMED.items() if one.stream in shut}
    )


async def _start(
    graph: Graph, tenant_id: int, *, kinds: Collection[str], good: Mapping[str, Cursor], now: datetime
) -> tuple[Start, dict[str, Refused]]:
    """From the good links, and listings of everything that has none."""
    anew = [stream for stream in kinds if stream not in good]
    start, shut = await full.prepare(graph, tenant_id=tenant_id, now=now, streams=anew)
    partners = [stream for stream in LICENSED & good.keys() if start.anew & LICENSED]
    if partners:
        more, also_shut = await full.prepare(graph, tenant_id=tenant_id, now=now, streams=partners)
        start, shut = start | more, shut | also_shut
    followed = {stream: one.link for stream, one in good.items() if stream not in start.anew and stream not in shut}
    return replace(start, links={**start.links, **followed}), shut


def _situation(
    asked: Asked,
    way: Way,
    known: Mapping[str, Cursor],
    *,
    now: datetime,
    refused: bool,
    kinds: Mapping[str, str],
) -> Situation:
    """What is known of the kinds that have a link; where there is nothing to read, nothing is missing either."""
    looked = coverage.read(tenant_id=asked.tenant_id)
    read_at = [looked[kinds[stream]].complete_at for stream in known if kinds[stream] in looked]
    return Situation(
        now=now,
        asked=asked.mode,
        oldest_link=min((one.issued_at for one in known.values()), default=None if kinds else now),
        same_make=all(one.made_with == made_with(way.endpoint.graph_root, one.stream) for one in known.values()),
        refused=refused,
        last_full=min(read_at, default=None if kinds else now),
        full_every=asked.full_every,
    )


def _sizes(tenant_id: int, start: Start) -> Sizes:
    found = store.sizes(tenant_id=tenant_id)
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
        "anew": sorted(start.anew),
    }


def _start_of(told: Mapping[str, Any]) -> Start:
    return Start(
        began_at=datetime.fromisoformat(told["began_at"]),
        links=told["links"],
        expected=told["expected"],
        bounds=told["bounds"],
        large=frozenset(told["large"]),
        anew=frozenset(told["anew"]),
    )
