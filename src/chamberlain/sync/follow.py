"""What changed since the last links: after a full reading what changed meanwhile, otherwise what changed since the run
before. Where Microsoft has no delta, the audit log tells what to read again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from chamberlain.kinds import audits, groups, holdings, licences, people, products, roles
from chamberlain.kinds.reading import Reading, Start
from chamberlain.model.kind import Family, Relation
from chamberlain.model.merged import ACCOUNTS, name_of
from chamberlain.model.observed import NIL, AccountGone, Coverage, PermissionGone, Scope, Whole
from chamberlain.model.run import PhaseName
from chamberlain.store import known
from chamberlain.store.connection import apart
from chamberlain.sync.links import Again
from chamberlain.sync.session import Session, Work

LOOK_BACK = timedelta(minutes=15)  # audit entries come late and in no order
KINDS = ("people", "groups", "applications")


@dataclass(slots=True)
class Followed:
    """Where the streams stand now, and whom they spoke of, by GUID. `unit` begins the names of what is staged."""

    unit: str
    links: dict[str, str] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    licensed: frozenset[str] = frozenset()
    applications: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settled:
    """What was read again by itself, as coverage for the merge and as a note for the next run."""

    whole: Whole
    again: Again
    newest_audit: datetime | None


async def read_kinds(session: Session, followed: Followed, *, tenant_id: int) -> None:
    """Reads side by side: listings of what is read anew, what changed of the rest, and whole what is small.

    raises  Upstream("delta_expired") when everything has to be read
    """
    start = session.start
    streams: list[tuple[PhaseName, Work]] = [
        (phase, one.read if one.stream in start.anew else one.following(start, followed))
        for phase, one in STREAMED.items()
    ]

    async def ends() -> Mapping[roles.Place, str]:
        return await asyncio.to_thread(apart, lambda: known.role_ends(tenant_id=tenant_id))

    small: list[tuple[PhaseName, Work]] = [
        (PhaseName.LICENCES, licences.read),
        (PhaseName.ROLES, partial(roles.read, known=ends)),
    ]
    await session.side_by_side([*streams, *small])


async def replay(session: Session, reading: Reading, followed: Followed) -> None:
    """Reads what changed since the links that were taken before the listings, of all that could be listed."""
    start = session.start
    listed = [one for phase, one in STREAMED.items() if one.stream in start.anew and phase not in session.failures]
    await reading.side_by_side([partial(one.following(start, followed), reading) for one in listed])


async def _follow_people(reading: Reading, *, link: str, into: Followed) -> None:
    into.links[people.STREAM], into.people = await people.follow(reading, link, unit=f"{into.unit} of people")


async def _follow_groups(reading: Reading, *, link: str, into: Followed) -> None:
    into.links[groups.STREAM], into.groups, into.licensed = await groups.follow(
        reading, link, unit=f"{into.unit} of groups"
    )


async def _follow_applications(reading: Reading, *, link: str, into: Followed) -> None:
    unit = f"{into.unit} of applications"
    into.links[products.STREAM], into.applications = await products.follow(reading, link, unit=unit)


@dataclass(frozen=True, slots=True)
class Streamed:
    """A kind that can be listed whole, or be read by its changes. `listed` is its name where it is covered."""

    stream: str
    listed: str
    read: Work
    follow: Callable[..., Awaitable[None]]

    def following(self, start: Start, followed: Followed) -> Work:
        """How its changes are read; one that is barred has no link, and is not read."""
        return partial(self.follow, link=start.links.get(self.stream, ""), into=followed)


STREAMED = {
    PhaseName.PEOPLE: Streamed(people.STREAM, ACCOUNTS, people.read, _follow_people),
    PhaseName.GROUPS: Streamed(groups.STREAM, name_of(Family.GROUP), groups.read, _follow_groups),
    PhaseName.PRODUCTS: Streamed(products.STREAM, name_of(Family.APP_ROLE), products.read, _follow_applications),
}
ALWAYS_WHOLE = frozenset({PhaseName.LICENCES, PhaseName.ROLES})


def listed(start: Start) -> frozenset[PhaseName]:
    """What a run lists whole: what it reads anew, and roles and licences, which are few."""
    return ALWAYS_WHOLE | {phase for phase, one in STREAMED.items() if one.stream in start.anew}


async def settle(
    session: Session,
    reading: Reading,
    followed: Followed,
    *,
    tenant_id: int,
    again: Again,
    watermark: datetime | None,
) -> Settled:
    """Reads again what the streams cannot tell in full: licences, assignments, what those who came back hold."""
    now = session.start.began_at
    everything = session.start.anew >= {one.stream for one in STREAMED.values()}
    since = now - LOOK_BACK if watermark is None or everything else watermark - LOOK_BACK
    touched = await audits.touched(reading, since) if session.wakes else None
    heard = touched or audits.Touched()
    unit = f"{followed.unit} again"
    moved = followed.people | followed.groups
    back = await asyncio.to_thread(apart, lambda: known.back_from_gone(tenant_id=tenant_id, guids=moved))
    returned = frozenset(back) | frozenset(heard.restored) | again.of("back")
    held = await _read_holdings(session, reading, returned, tenant_id=tenant_id, unit=unit)
    licensing = await asyncio.to_thread(apart, lambda: known.licensing_groups(tenant_id=tenant_id))
    read = _to_read(followed, heard, again, anew=session.start.anew)
    read["licences"] |= returned - held.groups
    read["people"] |= held.reports
    read["groups"] |= held.groups
    read["applications"] |= held.applications
    read["licensed"] = followed.licensed | (followed.groups & licensing)
    asked = _allowed(read, session)
    whole, told = await _read_again(reading, asked, unit=unit)
    whole = together(whole, held.whole)
    _end_missing(reading, {kind: again.of(kind) & asked[kind] - told[kind] for kind in told}, unit=unit)
    for name in (*(f"{followed.unit} of {kind}" for kind in KINDS), unit):
        session.staging.complete(name)
    newest = max([*heard.newest, *([watermark] if watermark else [])], default=None)
    left = again.after({**read, "back": returned}, now=now)
    return Settled(whole, left, newest if touched is not None else None)


def _to_read(
    followed: Followed, heard: audits.Touched, again: Again, *, anew: frozenset[str]
) -> dict[str, frozenset[str]]:
    """What to read again by itself, by kind.

    A stream tells people and groups in full, except for licences. What was touched shortly before the links were taken
    is another matter: a listing may have come from a replica that had not heard of it, and no stream will tell of it.
    """
    nobody: frozenset[str] = frozenset()
    people_heard, groups_heard = frozenset(heard.people), frozenset(heard.groups)
    return {
        "licences": followed.people | again.of("licences") | (nobody if people.STREAM in anew else people_heard),
        "people": again.of("people") | (people_heard if people.STREAM in anew else nobody),
        "groups": again.of("groups") | (groups_heard if groups.STREAM in anew else nobody),
        "applications": followed.applications | frozenset(heard.applications) | again.of("applications"),
    }


def _allowed(read: Mapping[str, frozenset[str]], session: Session) -> dict[str, frozenset[str]]:
    """Without the kinds that Microsoft did not let us read."""
    phases = {"licences": PhaseName.PEOPLE, "people": PhaseName.PEOPLE, "applications": PhaseName.PRODUCTS}
    refused = {kind for kind in read if phases.get(kind, PhaseName.GROUPS) in session.failures}
    return {kind: frozenset() if kind in refused else guids for kind, guids in read.items()}


@dataclass(frozen=True, slots=True)
class _Held:
    """What those who came back hold, or where to look for it.

    groups, applications  to be read again
    reports               people whose manager one of them is, to be read again
    """

    whole: Whole = field(default_factory=Whole)
    reports: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    applications: frozenset[str] = frozenset()


async def _read_holdings(
    session: Session, reading: Reading, returned: frozenset[str], *, tenant_id: int, unit: str
) -> _Held:
    """Asks those who came back from the deleted items what they hold: no stream tells of that.

    Where we may not ask them, everything that they held when they went is read again.
    """
    if not returned or session.failures:
        return _Held()  # noted to be asked again: half of an answer must not close the other half
    groups_back = await asyncio.to_thread(apart, lambda: known.groups_among(tenant_id=tenant_id, guids=returned))
    told = await holdings.reread(reading, people=returned - groups_back, groups=groups_back, unit=unit)
    reports = await holdings.reports_of(reading, returned - groups_back)
    if told is None:
        held = await asyncio.to_thread(apart, lambda: known.held_when_gone(tenant_id=tenant_id, guids=returned))
        return _Held(reports=reports, groups=held["groups"] | groups_back, applications=held["applications"])
    persons, nested = told
    whole = Whole(
        grants=(
            Coverage(Family.GROUP, (Relation.MEMBER, Relation.OWNER), Scope.HOLDERS, persons),
            Coverage(Family.GROUP, (Relation.MEMBER,), Scope.HOLDERS, nested),
            Coverage(Family.APP_ROLE, (Relation.ASSIGNED,), Scope.HOLDERS, persons | nested),
        )
    )
    return _Held(whole, reports=reports, groups=groups_back)


async def _read_again(
    reading: Reading, read: Mapping[str, frozenset[str]], *, unit: str
) -> tuple[Whole, dict[str, frozenset[str]]]:
    told = dict(
        zip(
            ("licences", "people", "groups", "licensed", "applications"),
            await asyncio.gather(
                people.reread_licences(reading, read["licences"] - read["people"], unit=unit),
                people.reread(reading, read["people"], unit=unit),
                groups.reread(reading, read["groups"], unit=unit),
                groups.reread_licences(reading, read["licensed"], unit=unit),
                products.reread(reading, read["applications"], unit=unit),
            ),
            strict=True,
        )
    )
    holders = told["licences"] | told["people"] | told["licensed"]
    members = (Relation.MEMBER, Relation.OWNER)
    whole = Whole(
        below=told["applications"],
        grants=(
            Coverage(Family.LICENCE, (Relation.ASSIGNED,), Scope.HOLDERS, holders),
            Coverage(Family.GROUP, members, Scope.PERMISSIONS, told["groups"]),
            Coverage(Family.APP_ROLE, (Relation.ASSIGNED,), Scope.PERMISSIONS, told["applications"]),
        ),
    )
    return whole, told


def _end_missing(reading: Reading, missing: Mapping[str, frozenset[str]], *, unit: str) -> None:
    """Ends what was asked for a second time, some time after somebody touched it, and is not there."""
    reading.sink.amend([AccountGone(guid) for guid in missing["people"]], unit=unit)
    reading.sink.amend([PermissionGone(Family.GROUP, guid, NIL) for guid in missing["groups"]], unit=unit)
    reading.sink.amend([PermissionGone(Family.APP_ROLE, NIL, guid) for guid in missing["applications"]], unit=unit)


def together(*parts: Whole) -> Whole:
    """All that some readings are the whole of."""
    return Whole(
        accounts=any(part.accounts for part in parts),
        permissions=tuple(family for part in parts for family in part.permissions),
        grants=tuple(one for part in parts for one in part.grants if one.scope is Scope.FAMILY or one.guids),
        below=frozenset().union(*(part.below for part in parts)),
    )


def unit_of_this_round(session: Session) -> str:
    """A name that no earlier attempt of this run has used: what it staged holds until something newer is said."""
    used = session.staging.units
    return next(name for number in range(len(used) + 1) if f"{(name := f'changes {number}')} again" not in used)
