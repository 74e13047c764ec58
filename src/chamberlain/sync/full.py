"""Reading everything: links first, then all listings side by side, cut into ranges and streams."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chamberlain.graph.client import Graph
from chamberlain.graph.delta import latest
from chamberlain.graph.page import count
from chamberlain.kinds import groups, licences, people, products, roles
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


async def prepare(graph: Graph, *, tenant_id: int, now: datetime, streams: Sequence[str]) -> Start:
    """Counts what there is, takes the links that tell what changes meanwhile, and cuts the long listings.

    The links come before everything else: what they do not tell, the listings after them show.

    streams  of the kinds that may be read
    """
    links = dict(zip(streams, await asyncio.gather(*(latest(graph, STREAMS[one]) for one in streams)), strict=True))
    counted = [one for one in COUNTED if one in streams]
    counts = await asyncio.gather(*(count(graph, f"/{one}") for one in counted))
    expected = dict(zip(counted, counts, strict=True))
    parts = {one: ranges_for(expected[one]) for one in CUT if one in expected}
    bounds, large = await asyncio.to_thread(apart, lambda: _known(tenant_id, parts))
    return Start(
        began_at=now,
        links=links,
        expected=expected,
        bounds={one: bounds[one] or guessed_bounds(number) for one, number in parts.items()},
        large=large,
    )


def _known(tenant_id: int, parts: dict[str, int]) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    return (
        known.bounds(tenant_id=tenant_id, parts=parts),
        known.large_groups(tenant_id=tenant_id, members=groups.LARGE),
    )


async def read(session: Session) -> None:
    """Every listing, side by side."""
    await session.side_by_side(
        [
            (PhaseName.PEOPLE, people.read),
            (PhaseName.GROUPS, groups.read),
            (PhaseName.LICENCES, licences.read),
            (PhaseName.ROLES, roles.read),
            (PhaseName.PRODUCTS, products.read),
        ]
    )


def whole(session: Session) -> Whole:
    """What the listings are the whole of: only what was read to its end may close anything (M1, M2)."""
    units = session.staging.units
    failed = session.failures.keys()
    missing = told_of(units, "missing") | told_of(units, "unseen")
    permissions: list[Family] = []
    grants: list[Coverage] = []
    if PhaseName.GROUPS not in failed:
        permissions.append(Family.GROUP)
        grants.append(Coverage(Family.GROUP, (Relation.MEMBER, Relation.OWNER), missing=missing))
    if PhaseName.LICENCES not in failed:
        permissions += [Family.LICENCE, Family.SERVICE_PLAN]
    # People and groups hold licences: without the listing of either, an absence says nothing.
    if not failed & {PhaseName.PEOPLE, PhaseName.GROUPS}:
        grants.append(Coverage(Family.LICENCE, (Relation.ASSIGNED,)))
    if PhaseName.PRODUCTS not in failed:
        permissions.append(Family.APP_ROLE)
        grants.append(Coverage(Family.APP_ROLE, (Relation.ASSIGNED,), missing=missing))
    if PhaseName.ROLES not in failed:
        permissions.append(Family.ROLE)
        grants.append(roles_covered(units))
    return Whole(accounts=PhaseName.PEOPLE not in failed, permissions=tuple(permissions), grants=tuple(grants))


def roles_covered(units: Mapping[str, Any]) -> Coverage:
    """What reading roles may close: eligibilities only where they could be read."""
    eligible = bool(told_of(units, "eligible"))
    relations = (Relation.ASSIGNED, Relation.ELIGIBLE) if eligible else (Relation.ASSIGNED,)
    return Coverage(Family.ROLE, relations)
