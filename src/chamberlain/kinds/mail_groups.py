"""Owners of mail-enabled security groups and distribution groups, which Graph does not tell and Exchange does.

source  https://learn.microsoft.com/graph/api/group-list-owners (2026): not of groups that are managed in Exchange;
        https://learn.microsoft.com/powershell/module/exchange/get-distributiongroup (2026): ManagedBy
"""

from chamberlain.graph.exchange.port import Exchange
from chamberlain.kinds.reading import Reading
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import NIL, GrantSeen


async def read_owners(reading: Reading, exchange: Exchange, *, unit: str) -> frozenset[str]:
    """All owners of all these groups; tells which groups were read, that is then the whole of their owners.

    raises  what `Exchange.groups` raises
    """
    found = await exchange.groups()
    here = frozenset(group.guid for group in found)
    reading.sink.amend(
        [
            _owner(group.guid, owner, type_="group" if owner in here else "other")
            for group in found
            for owner in group.owners
        ],
        unit=unit,
    )
    return here


def _owner(group: str, owner: str, *, type_: str) -> GrantSeen:
    return GrantSeen(Family.GROUP, owner, type_, "", group, NIL, Relation.OWNER, via=None, qualifier_id=0)
