"""One phase of a sync: read a kind to its end, then merge it, in that order and never otherwise."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from chamberlain import clock
from chamberlain.graph.client import Endpoint, Graph, Spent, open_graph
from chamberlain.graph.token import Credential
from chamberlain.kinds.organisation import Organisation, read_organisation
from chamberlain.kinds.reading import Progress, Reading
from chamberlain.kinds.table import Entry
from chamberlain.model.kind import Family
from chamberlain.model.observed import Coverage
from chamberlain.model.run import PhaseName
from chamberlain.store.merge import Merged, Staging


class Reporter(Progress, Protocol):
    """Hears progress and what was spent."""

    requests: int
    resource_units: int
    throttled: int


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach a tenant: where Microsoft is, and who we are there."""

    endpoint: Endpoint
    credential: Credential


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a phase changed, and the GUIDs of permissions that vanished meanwhile, or whose holders are hidden."""

    merged: Merged
    vanished: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def sync_kind(entry: Entry, *, tenant_id: int, way: Way, reporter: Reporter) -> Outcome:
    """Reads one entry of the table of kinds and merges it (invariants M1-M3 of store/merge.py).

    raises  what reading raises; then nothing was merged
    """
    with Staging(tenant_id=tenant_id, seen_at=clock.now()) as staging:
        reading = asyncio.run(_read(entry, staging, way, reporter))
        with staging.together():
            merged = _merge(entry, staging, missing=frozenset(reading.missing | reading.unseen))
        return Outcome(merged, tuple(sorted(reading.missing)), tuple(sorted(reading.unseen)))


def _merge(entry: Entry, staging: Staging, *, missing: frozenset[str]) -> Merged:
    merged = staging.merge_accounts() if entry.phase is PhaseName.PEOPLE else Merged()
    if entry.permissions:
        merged += staging.merge_permissions(entry.permissions)
    if entry.grants is not None:
        family, relations = entry.grants
        merged += staging.merge_grants(Coverage(family, relations, missing))
        if family is Family.GROUP:
            staging.rebuild_nesting()
    return merged


def sync_organisation(*, way: Way, reporter: Reporter) -> Organisation:
    """Reads the tenant's own name and settings."""

    async def read() -> Organisation:
        async with open_graph(way.endpoint, way.credential) as graph:
            _tell(graph, reporter)
            return await read_organisation(graph)

    return asyncio.run(read())


def summarise(*, tenant_id: int) -> None:
    """Brings the cached counts on permissions up to date after the kinds were merged."""
    with Staging(tenant_id=tenant_id, seen_at=clock.now()) as staging:
        staging.count_holders()


async def _read(entry: Entry, staging: Staging, way: Way, reporter: Reporter) -> Reading:
    async with open_graph(way.endpoint, way.credential) as graph:
        _tell(graph, reporter)
        reading = Reading(graph=graph, sink=staging, progress=reporter, width=way.endpoint.in_flight)
        await entry.read(reading)
        return reading


def _tell(graph: Graph, reporter: Reporter) -> None:
    def spent(so_far: Spent) -> None:
        reporter.requests = so_far.requests
        reporter.resource_units = so_far.resource_units
        reporter.throttled = so_far.throttled

    graph.on_spent = spent
