"""What Exchange alone tells: owners of mail groups and dynamic distribution groups, where the tenant is connected for
it. Whatever it does not tell to its end stays as it was, and is shown as not read since.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from chamberlain.errors import ChamberlainError, Conflict, Misconfigured, NotFound, Refused
from chamberlain.graph.exchange.opening import open_exchange
from chamberlain.graph.exchange.port import Exchange
from chamberlain.kinds import dynamic_groups, mail_groups
from chamberlain.kinds.reading import Reading
from chamberlain.model.capability import Capability
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import Coverage, Scope, Whole
from chamberlain.sync.way import Way

log = logging.getLogger(__name__)
SHUT = (Refused, NotFound, Conflict, Misconfigured)


@dataclass(frozen=True, slots=True)
class Told:
    """What Exchange told to its end, and why it told no more; None: it told all, or was not asked."""

    whole: Whole = field(default_factory=Whole)
    shut: ChamberlainError | None = None


async def read_mail_groups(reading: Reading, way: Way, *, chosen: frozenset[Capability], unit: str) -> Told:
    """All that Exchange tells. Not to be let in ends no run.

    raises  Upstream: a failing Microsoft ends the run, as everywhere
    """
    if way.exchange is None or Capability.PROVISION_MAIL_GROUPS not in chosen:
        return Told()
    wholes: list[Whole] = []
    parts: tuple[Callable[[Exchange], Awaitable[Whole]], ...] = (
        lambda exchange: _owners(reading, exchange, unit=unit),
        lambda exchange: _dynamic(reading, exchange),
    )
    try:
        async with open_exchange(way.exchange, way.credential, ledger=way.ledger) as exchange:
            for part in parts:
                wholes.append(await part(exchange))
    except SHUT as shut:
        log.warning("what Exchange tells of mail groups stays as it was: %s", shut)
        return Told(_together(wholes), shut)
    return Told(_together(wholes))


async def _owners(reading: Reading, exchange: Exchange, *, unit: str) -> Whole:
    groups = await mail_groups.read_owners(reading, exchange, unit=unit)
    reading.sink.complete(unit)
    return Whole(grants=(Coverage(Family.GROUP, (Relation.OWNER,), Scope.PERMISSIONS, groups),))


async def _dynamic(reading: Reading, exchange: Exchange) -> Whole:
    """Owners apart from members: of groups that Exchange manages, owners are ended by who reads them alone."""
    missing = await dynamic_groups.read(reading, exchange)
    family = Family.DYNAMIC_DISTRIBUTION
    covered = [Coverage(family, (one,), missing=missing) for one in (Relation.MEMBER, Relation.OWNER)]
    return Whole(permissions=(family,), grants=tuple(covered))


def _together(parts: list[Whole]) -> Whole:
    return Whole(
        permissions=tuple(family for part in parts for family in part.permissions),
        grants=tuple(one for part in parts for one in part.grants),
    )
