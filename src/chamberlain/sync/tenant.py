"""One run of one tenant: decide how to read, read it to the end, merge it at once.

Whatever happens on the way, nothing is merged that was not read to its end; what was completed before a crash is not
read again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from chamberlain import clock
from chamberlain.errors import ChamberlainError, Refused, Upstream
from chamberlain.graph.client import open_graph
from chamberlain.kinds.organisation import Organisation, read_concealed_names, read_organisation
from chamberlain.kinds.reading import Start, told_of
from chamberlain.kinds.rights import Rights, read_rights
from chamberlain.kinds.strangers import name_strangers
from chamberlain.model.capability import Capability
from chamberlain.model.cursor import Cursor
from chamberlain.model.kind import Family
from chamberlain.model.merged import ACCOUNTS, Merge, name_of
from chamberlain.model.observed import Whole
from chamberlain.model.run import Mode, PhaseName, ReadingPlan
from chamberlain.policy.barred import FEEDS, barred
from chamberlain.store import cursors
from chamberlain.store.connection import apart
from chamberlain.store.staging import Staging
from chamberlain.sync import full
from chamberlain.sync.decide import Asked, Decided, decide
from chamberlain.sync.follow import STREAMED, Followed, listed, read_kinds, replay, settle, together, unit_of_this_round
from chamberlain.sync.links import cursors as cursors_of
from chamberlain.sync.links import read_again, read_watermark
from chamberlain.sync.mail_groups import read_mail_groups
from chamberlain.sync.session import Session
from chamberlain.sync.way import Report, Way

log = logging.getLogger(__name__)
BROUGHT_UP_TO_DATE = {
    PhaseName.PEOPLE: (ACCOUNTS,),
    PhaseName.GROUPS: (name_of(Family.GROUP),),
    PhaseName.LICENCES: (name_of(Family.LICENCE), name_of(Family.SERVICE_PLAN)),
    PhaseName.ROLES: (name_of(Family.ROLE),),
    PhaseName.PRODUCTS: (name_of(Family.APP_ROLE),),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """Who hears of a run: `rights` and `organisation` before anything is read, and may refuse; `plan` later."""

    report: Report
    rights: Callable[[Rights], None]
    organisation: Callable[[Organisation], None]
    plan: Callable[[ReadingPlan], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run changed, and what it could not read.

    vanished  GUIDs of permissions that went away while they were read
    unseen    GUIDs of groups whose members Microsoft may be hiding from us
    failures  kinds that were refused, and why
    shut      why Exchange told nothing, or not all; None: it did, or was not asked
    """

    merged: Merge
    vanished: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    failures: Mapping[PhaseName, ChamberlainError] | None = None
    shut: ChamberlainError | None = None


def sync_tenant(asked: Asked, *, way: Way, heard: Heard) -> Outcome:
    """Reads a tenant and merges it (invariants M1-M3 of store/merge.py).

    raises  what reading raises; then nothing was merged
    """
    with Staging(tenant_id=asked.tenant_id, run_id=asked.run_id) as staging:
        if staging.merged is not None:  # before a crash: there is nothing left to do
            return Outcome(staging.merged)
        read = asyncio.run(_read(asked, way, heard, staging))
        with heard.report(PhaseName.MERGE) as reporter:
            merged = staging.merge(
                read.whole,
                seen_at=read.start.began_at,
                cursors=read.cursors,
                current=[
                    name for phase, names in BROUGHT_UP_TO_DATE.items() if phase not in read.failures for name in names
                ],
            )
            reporter.finish()
        units = read.units
        return Outcome(
            merged,
            tuple(sorted(told_of(units, "missing"))),
            tuple(sorted(told_of(units, "unseen"))),
            read.failures,
            read.shut,
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """A finished reading."""

    mode: Mode
    start: Start
    whole: Whole
    cursors: list[Cursor]
    units: Mapping[str, object]
    failures: Mapping[PhaseName, ChamberlainError]
    shut: ChamberlainError | None


async def _read(asked: Asked, way: Way, heard: Heard, staging: Staging) -> _Read:
    async with open_graph(way.endpoint, way.credential, ledger=way.ledger) as graph:
        links = await asyncio.to_thread(apart, lambda: cursors.read(tenant_id=asked.tenant_id))
        session = Session(graph, staging, heard.report, way.endpoint.in_flight, Start(began_at=clock.now()))
        begun = await _begin(asked, way, heard, session, links, refused=False)
        try:
            return await _read_as(begun, asked, way, session, links)
        except Upstream as error:
            if error.code != "delta_expired" or begun.decided.mode is Mode.FULL:
                raise
            log.warning("a delta link of tenant %d is no longer taken; reading everything", asked.tenant_id)
        staging.discard()
        begun = await _begin(asked, way, heard, session, links, refused=True)
        return await _read_as(begun, asked, way, session, links)


@dataclass(frozen=True, slots=True)
class _Begun:
    """How a run reads, and which kinds it leaves alone."""

    decided: Decided
    barred: Mapping[PhaseName, ChamberlainError] = field(default_factory=dict)


async def _begin(
    asked: Asked, way: Way, heard: Heard, session: Session, links: Mapping[str, Cursor], *, refused: bool
) -> _Begun:
    """Asks Microsoft what we may do and who we are connected to, and decides how to read."""
    async with session.phase(PhaseName.ORGANISATION) as reading:
        rights = await read_rights(reading.graph)
        await asyncio.to_thread(apart, lambda: heard.rights(rights))
        shut = barred(asked.chosen, frozenset(rights.token))
        found = await read_organisation(reading.graph)
        if Capability.SEE_REPORT_NAMES in asked.chosen:  # what nobody chose is not asked for
            found = replace(found, concealed_names=await read_concealed_names(reading.graph))
        await asyncio.to_thread(apart, lambda: heard.organisation(found))
        decided = await decide(
            asked, reading.graph, way=way, staging=session.staging, links=links, refused=refused, barred=shut
        )
        made = decided.plan
        if made is not None:
            await asyncio.to_thread(apart, lambda: heard.plan(made))
    return _Begun(decided, {**_left_out(decided.start), **decided.refused, **shut})


def _left_out(start: Start) -> dict[PhaseName, ChamberlainError]:
    """Kinds that could not be read when the run began, before a crash: the next run asks again."""
    return {
        phase: Refused("permission_missing", capability=FEEDS[phase].value, scope="")
        for phase, one in STREAMED.items()
        if one.stream not in start.links
    }


async def _read_as(begun: _Begun, asked: Asked, way: Way, opened: Session, links: Mapping[str, Cursor]) -> _Read:
    decided = begun.decided
    mode, start, staging = decided.mode, decided.start, opened.staging
    session = replace(
        opened, start=start, failures={}, barred=begun.barred, wakes=Capability.AUDIT_WAKES in asked.chosen
    )
    followed = Followed(unit_of_this_round(session))
    await read_kinds(session, followed, tenant_id=asked.tenant_id)
    async with session.phase(PhaseName.CHANGES) as reading:
        await replay(session, reading, followed)
        settled = await settle(
            session,
            reading,
            followed,
            tenant_id=asked.tenant_id,
            again=read_again(links),
            watermark=read_watermark(links),
        )
        told = await read_mail_groups(reading, way, chosen=asked.chosen, unit=f"{followed.unit} owners")
        await name_strangers(reading, staging.unnamed(), unit=f"{followed.unit} strangers")
        staging.complete(f"{followed.unit} strangers")
    found = full.whole(session, listed(start))
    left = cursors_of(
        followed.links,
        graph_root=way.endpoint.graph_root,
        issued_at=start.began_at,
        again=settled.again,
        newest_audit=settled.newest_audit,
    )
    read = together(found, settled.whole, told.whole)
    return _Read(mode, start, read, left, dict(staging.units), session.failures, told.shut)
