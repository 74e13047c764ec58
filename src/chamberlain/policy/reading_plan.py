"""How a run should read, and what that should cost: pure figures, printed before and held against what was spent.

source  resource units and quotas: https://learn.microsoft.com/graph/throttling-limits (2026); page sizes:
        https://learn.microsoft.com/graph/api/user-list, group-list, group-delta (2026)
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from chamberlain.model.run import Mode, PhaseName, Planned, ReadingPlan, Why

PAGE = 999
MEMBERS_PAGE = 500
GROUPS_A_STREAM = 50
LINK_LASTS = timedelta(days=6)  # Microsoft's tokens live seven days; a day is left for a run that waits
RANGE_OBJECTS = 5_000
MOST_RANGES = 16
OBJECTS_A_SECOND = 40_000
SECONDS_A_REQUEST = 0.15
RESOURCE_UNITS_A_SECOND = 760.0  # 8,000 in ten seconds, less the headroom
BURST = 7_600


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a tenant is, as far as it is known. `long_groups` show twenty members or more, `members` are theirs."""

    accounts: int | None = None
    groups: int | None = None
    long_groups: int | None = None
    members: int | None = None
    applications: int | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides how a run reads.

    asked        what somebody asked for, if anybody did
    oldest_link  when the oldest of the delta links was given out; None where one is missing
    same_make    whether the links were made with the fields and the place that we ask today
    refused      whether Microsoft refused one of the links in this run
    last_full    when everything was last read to its end
    full_every   how long a full reading satisfies
    """

    now: datetime
    asked: Mode | None
    oldest_link: datetime | None
    same_make: bool
    refused: bool
    last_full: datetime | None
    full_every: timedelta


def choose(situation: Situation) -> tuple[Mode, Why]:
    """How to read, and why."""
    why = _why_in_full(situation)
    return (Mode.CHANGES, Why.FRESH) if why is None else (Mode.FULL, why)


def _why_in_full(situation: Situation) -> Why | None:
    if situation.asked is Mode.FULL:
        return Why.ASKED
    if situation.oldest_link is None or situation.last_full is None:
        return Why.FIRST
    if situation.refused:
        return Why.LINK_REFUSED
    if not situation.same_make:
        return Why.LINK_OF_OTHER_MAKE
    if situation.now - situation.oldest_link > LINK_LASTS:
        return Why.LINK_OLD
    if situation.asked is None and situation.now - situation.last_full > situation.full_every:
        return Why.FULL_DUE
    return None


def ranges_for(count: int | None) -> int:
    """Into how many ranges a long cursor is split, so that they can be read side by side."""
    return min(MOST_RANGES, max(1, round((count or 0) / RANGE_OBJECTS)))


def plan(mode: Mode, why: Why, sizes: Sizes, *, width: int, listed: Collection[PhaseName] = ()) -> ReadingPlan:
    """The plan of a run.

    width   requests in flight
    listed  kinds that a reading of changes lists whole all the same
    """
    lines = _in_full(sizes)
    if mode is Mode.CHANGES:
        whole = {one.phase: one for one in lines if one.phase in listed}
        lines = tuple(whole.get(one.phase, one) for one in _changes())
    requests, units = _total(lines)
    if requests is None or units is None:
        return ReadingPlan(mode, why, lines, None)
    objects = ((sizes.accounts or 0) + (sizes.groups or 0) + (sizes.members or 0)) if mode is Mode.FULL else 0
    seconds = max(
        (units - BURST) / RESOURCE_UNITS_A_SECOND, requests * SECONDS_A_REQUEST / width, objects / OBJECTS_A_SECOND
    )
    return ReadingPlan(mode, why, lines, round(max(seconds, SECONDS_A_REQUEST), 1))


def _total(lines: tuple[Planned, ...]) -> tuple[int | None, int | None]:
    whole = ReadingPlan(Mode.FULL, Why.FIRST, lines, None)
    return whole.requests, whole.resource_units


def _in_full(sizes: Sizes) -> tuple[Planned, ...]:
    people = _listing(sizes.accounts)
    groups = _listing(sizes.groups)
    streams = _streams(sizes)
    apps = None if sizes.applications is None else math.ceil(sizes.applications / PAGE) + sizes.applications
    return (
        Planned(PhaseName.ORGANISATION, "whole", 5, 5),
        Planned(PhaseName.PEOPLE, "ranges", people, None if people is None else 2 * people),
        Planned(PhaseName.GROUPS, "ranges and streams", _plus(groups, groups, streams), _plus(groups, groups, streams)),
        Planned(PhaseName.LICENCES, "whole", 1, 2),
        Planned(PhaseName.ROLES, "whole", 4, 5),
        Planned(PhaseName.PRODUCTS, "batches", apps, apps),
        Planned(PhaseName.CONSENTS, "whole", 3, 4),
        Planned(PhaseName.CHANGES, "changes", 6, 6),
    )


def _changes() -> tuple[Planned, ...]:
    return (
        Planned(PhaseName.ORGANISATION, "whole", 5, 5),
        Planned(PhaseName.PEOPLE, "changes", 2, 3),
        Planned(PhaseName.GROUPS, "changes", 3, 3),
        Planned(PhaseName.LICENCES, "whole", 1, 2),
        Planned(PhaseName.ROLES, "whole", 4, 5),
        Planned(PhaseName.PRODUCTS, "changes", 6, 6),
        Planned(PhaseName.CONSENTS, "changes", 1, 1),
    )


def _listing(count: int | None) -> int | None:
    """Pages of a listing that is read in ranges: each ends with a page that is not full."""
    return None if count is None else math.ceil(count / PAGE) + ranges_for(count) - 1


def _streams(sizes: Sizes) -> int | None:
    """Pages of the membership streams; each ends with a page that brings nothing but its link."""
    if sizes.long_groups is None or sizes.members is None:
        return None
    return math.ceil(sizes.members / MEMBERS_PAGE) + 2 * math.ceil(sizes.long_groups / GROUPS_A_STREAM)


def _plus(*parts: int | None) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
