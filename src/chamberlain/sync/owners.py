"""Owners of mail groups, from Exchange, where the tenant is connected for it."""

import logging

from chamberlain.errors import Conflict, Misconfigured, NotFound, Refused
from chamberlain.graph.exchange.opening import open_exchange
from chamberlain.kinds import mail_groups
from chamberlain.kinds.reading import Reading
from chamberlain.model.capability import Capability
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import Coverage, Scope, Whole
from chamberlain.sync.way import Way

log = logging.getLogger(__name__)
SHUT = (Refused, NotFound, Conflict, Misconfigured)


async def read_owners(reading: Reading, way: Way, *, chosen: frozenset[Capability], unit: str) -> Whole:
    """The owners that Exchange tells of; of nothing the whole where it is not connected, or lets us not in: what was
    known stays then.

    raises  Upstream: a failing Microsoft ends the run, as everywhere
    """
    if way.exchange is None or Capability.PROVISION_MAIL_GROUPS not in chosen:
        return Whole()
    try:
        async with open_exchange(way.exchange, way.credential, ledger=way.ledger) as exchange:
            groups = await mail_groups.read_owners(reading, exchange, unit=unit)
    except SHUT as shut:
        log.warning("owners of mail groups stay as they were: %s", shut)
        return Whole()
    reading.sink.complete(unit)
    return Whole(grants=(Coverage(Family.GROUP, (Relation.OWNER,), Scope.PERMISSIONS, groups),))
