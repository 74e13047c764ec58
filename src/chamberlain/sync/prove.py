"""What we show, held against Microsoft again: counts, and a slice that moves on from run to run.

Delta streams are known to lose a change now and then. Each proof reads a slice again by itself and merges it, so that
what was lost is found, mended, and counted. What changed in the seconds in between counts as a difference, too.
source  https://learn.microsoft.com/graph/delta-query-overview (2026)
"""

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chamberlain import clock
from chamberlain.graph.client import open_graph
from chamberlain.graph.page import count
from chamberlain.kinds import groups, people, products
from chamberlain.kinds.reading import Start
from chamberlain.model.cursor import Cursor
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import Coverage, Scope, Whole
from chamberlain.model.run import Count, PhaseName, Proof
from chamberlain.policy.confidence import surely_right
from chamberlain.store import coverage, cursors, known, runs
from chamberlain.store.staging import Staging
from chamberlain.sync.decide import LISTED
from chamberlain.sync.links import SLICE, made_with
from chamberlain.sync.session import Session
from chamberlain.sync.way import Report, Way

EVERY = timedelta(hours=1)
ONCE_ROUND = timedelta(days=7)
LEAST = {"people": 200, "groups": 50, "applications": 20}
UNIT = "slice"


@dataclass(frozen=True, slots=True)
class _Read:
    counts: tuple[Count, ...]
    whole: Whole


def prove(*, tenant_id: int, run_id: int, way: Way, report: Report) -> Proof | None:
    """Counts, reads the next slice again, mends what differs.

    None where the last proof, or the last reading of everything, is less than an hour old.

    raises  what reading raises; then nothing was merged
    """
    now = clock.now()
    if any(now - moment < EVERY for moment in _proved(tenant_id)):
        return None
    place = cursors.read(tenant_id=tenant_id).get(SLICE)
    after: dict[str, str] = json.loads(place.link) if place else {}
    slice_ = known.next_slice(tenant_id=tenant_id, after=after, sizes=_sizes(tenant_id))
    ours = known.counts(tenant_id=tenant_id)
    edges = known.open_edges(tenant_id=tenant_id, **slice_)
    with Staging(tenant_id=tenant_id, run_id=-run_id) as staging:
        if staging.merged is not None:  # before a crash
            return None
        read = asyncio.run(_read(slice_, ours, way, report, staging, now=now))
        moved = Cursor(SLICE, json.dumps(_ends(slice_, after)), now, made_with(way.endpoint.graph_root, SLICE))
        merged = staging.merge(read.whole, seen_at=now, cursors=[moved]).total
    wrong = min(merged.opened + merged.closed, edges + merged.opened)
    checked = edges + merged.opened
    before = runs.proofs_since(tenant_id=tenant_id, since=now - ONCE_ROUND)
    sure = surely_right(checked=before[0] + checked, wrong=before[1] + wrong)
    return Proof(read.counts, checked, wrong, sure)


async def _read(
    slice_: Mapping[str, Sequence[str]],
    ours: Mapping[str, int],
    way: Way,
    report: Report,
    staging: Staging,
    *,
    now: datetime,
) -> _Read:
    async with open_graph(way.endpoint, way.credential, ledger=way.ledger) as graph:
        session = Session(graph, staging, report, way.endpoint.in_flight, Start(began_at=now))
        async with session.phase(PhaseName.PROOF) as reading:
            users, all_groups, told_people, told_groups, told_apps = await asyncio.gather(
                count(reading.graph, "/users"),
                count(reading.graph, "/groups"),
                people.reread_licences(reading, slice_["people"], unit=UNIT),
                groups.reread(reading, slice_["groups"], unit=UNIT),
                products.reread(reading, slice_["applications"], unit=UNIT),
            )
            reading.progress.advance(sum(len(guids) for guids in slice_.values()))
            staging.complete(UNIT)
    assigned = (Relation.ASSIGNED,)
    covered = (
        Coverage(Family.LICENCE, assigned, Scope.HOLDERS, told_people),
        Coverage(Family.GROUP, (Relation.MEMBER, Relation.OWNER), Scope.PERMISSIONS, told_groups),
        Coverage(Family.APP_ROLE, assigned, Scope.PERMISSIONS, told_apps),
    )
    counts = (Count("users", users, ours["users"]), Count("groups", all_groups, ours["groups"]))
    return _Read(counts, Whole(below=told_apps, grants=tuple(one for one in covered if one.guids)))


def _proved(tenant_id: int) -> list[datetime]:
    """When what we show was last proved, and when all of it was last read."""
    proved_at = runs.proved_at(tenant_id=tenant_id)
    looked = coverage.read(tenant_id=tenant_id)
    read_at = [looked[name].complete_at for name in LISTED if name in looked]
    return [*([proved_at] if proved_at else []), *([min(read_at)] if read_at else [])]


def _sizes(tenant_id: int) -> dict[str, int]:
    """How much of each kind a slice takes so that all of it comes round within a week."""
    found = known.sizes(tenant_id=tenant_id)
    slices = ONCE_ROUND / EVERY
    everything = {"people": found["accounts"], "groups": found["groups"], "applications": found["applications"]}
    return {kind: max(LEAST[kind], math.ceil(number / slices)) for kind, number in everything.items()}


def _ends(slice_: Mapping[str, Sequence[str]], after: Mapping[str, str]) -> dict[str, str]:
    return {kind: guids[-1] if guids else after.get(kind, known.FIRST) for kind, guids in slice_.items()}
