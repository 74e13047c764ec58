"""Listing whole: links first, then the listings, cut into ranges and streams."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from chamberlain.errors import Refused
from chamberlain.graph.client import Graph
from chamberlain.graph.delta import latest
from chamberlain.graph.page import count
from chamberlain.kinds import groups, people, products
from chamberlain.kinds.ranges import guessed_bounds
from chamberlain.kinds.reading import Start, told_of
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import Coverage, Whole
from chamberlain.model.run import PhaseName
from chamberlain.policy.reading_plan import ranges_for
from chamberlain.store import known
from chamberlain.store.connection import apart
from chamberlain.sync.links import STREAMS
from chamberlain.sync.session import Session

COUNTED = (people.STREAM, groups.STREAM, products.STREAM)
CUT = (people.STREAM, groups.STREAM)


async def prepare(
    graph: Graph, *, tenant_id: int, now: datetime, streams: Collection[str]
) -> tuple[Start, dict[str, Refused]]:
    """Counts what there is, takes the links that tell what changes meanwhile, and cuts the long listings.

    The links come before everything else: what they do not tell, the listings after them show.

    streams  what is to be listed whole
    returns  also those that Microsoft does not let us read, after one question each
    """
    asked = dict(zip(streams, await asyncio.gather(*(_link(graph, one) for one in streams)), strict=True))
    links = {stream: answer for stream, answer in asked.items() if isinstance(answer, str)}
    refused = {stream: answer for stream, answer in asked.items() if isinstance(answer, Refused)}
    counted = [one for one in COUNTED if one in links]
    counts = await asyncio.gather(*(count(graph, f"/{one}") for one in counted))
    expected = dict(zip(counted, counts, strict=True))
    parts = {one: ranges_for(expected[one]) for one in CUT if one in expected}
    bounds, large = await asyncio.to_thread(apart, lambda: _known(tenant_id, parts))
    start = Start(
        began_at=now,
        links=links,
        expected=expected,
        bounds={one: bounds[one] or guessed_bounds(number) for one, number in parts.items()},
        large=large,
        anew=frozenset(links),
    )
    return start, refused


async def _link(graph: Graph, stream: str) -> str | Refused:
    try:
        return await latest(graph, STREAMS[stream])
    except Refused as refused:
        return refused


def _known(tenant_id: int, parts: dict[str, int]) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    return (
        known.bounds(tenant_id=tenant_id, parts=parts),
        known.large_groups(tenant_id=tenant_id, members=groups.LARGE),
    )


def whole(session: Session, listed: Collection[PhaseName]) -> Whole:
    """What listings are the whole of: only what was read to its end may close anything (M1, M2).

    listed  kinds that were listed whole, unless they failed
    """
    units = session.staging.units
    read = frozenset(listed) - session.failures.keys()
    missing = told_of(units, "missing") | told_of(units, "unseen")
    permissions: list[Family] = []
    grants: list[Coverage] = []
    if PhaseName.GROUPS in read:
        permissions.append(Family.GROUP)
        grants.append(Coverage(Family.GROUP, (Relation.MEMBER, Relation.OWNER), missing=missing))
    if PhaseName.LICENCES in read:
        permissions += [Family.LICENCE, Family.SERVICE_PLAN]
    # People and groups hold licences: without the listing of either, an absence says nothing.
    if read >= {PhaseName.PEOPLE, PhaseName.GROUPS}:
        grants.append(Coverage(Family.LICENCE, (Relation.ASSIGNED,)))
    if PhaseName.PRODUCTS in read:
        permissions.append(Family.APP_ROLE)
        grants.append(Coverage(Family.APP_ROLE, (Relation.ASSIGNED,), missing=missing))
    if PhaseName.ROLES in read:
        permissions.append(Family.ROLE)
        grants.append(_roles_covered(units))
    return Whole(accounts=PhaseName.PEOPLE in read, permissions=tuple(permissions), grants=tuple(grants))


def _roles_covered(units: Mapping[str, Any]) -> Coverage:
    """What reading roles may close: eligibilities only where they could be read."""
    eligible = bool(told_of(units, "eligible"))
    relations = (Relation.ASSIGNED, Relation.ELIGIBLE) if eligible else (Relation.ASSIGNED,)
    return Coverage(Family.ROLE, relations)
