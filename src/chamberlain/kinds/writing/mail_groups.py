"""Members and owners of mail-enabled security groups and distribution groups, which only Exchange changes.

    add, remove  Add-DistributionGroupMember, Remove-DistributionGroupMember
    owners       Set-DistributionGroup, ManagedBy with "add" and "remove", so that the others stay
    proof        Exchange's own listing: Graph hears of it seconds to minutes later

Graph shows no owners of these groups at all. Dynamic and synced ones do not get here: plans refuse them.
source  https://learn.microsoft.com/powershell/module/exchange/add-distributiongroupmember, set-distributiongroup (2026)
"""

from collections.abc import Sequence

from chamberlain.errors import ChamberlainError, NotFound, Refused
from chamberlain.graph.exchange.port import Exchange
from chamberlain.graph.fan_out import for_each
from chamberlain.kinds.writing.ids import object_id, permission_id
from chamberlain.model.kind import Family
from chamberlain.model.plan import Change, Facts
from chamberlain.model.verb import Verb

CARRIED = frozenset({Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, Verb.ADD_OWNER, Verb.REMOVE_OWNER})
OF_MEMBERS = frozenset({Verb.ADD_MEMBER, Verb.REMOVE_MEMBER})
AT_ONCE = 4


async def seen(exchange: Exchange, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
    """What Exchange shows now of each, in their order; an error where it means it for good.

    raises  Upstream when something was not answered in time
    """
    asked = sorted({(_group(change), change.verb in OF_MEMBERS) for change in changes})
    answers: dict[tuple[str, bool], frozenset[str] | ChamberlainError] = {}

    async def ask(one: tuple[str, bool]) -> None:
        group, members = one
        try:
            found = [who.guid for who in await exchange.members(group)] if members else await exchange.owners(group)
        except (NotFound, Refused) as refused:
            answers[one] = refused
        else:
            answers[one] = frozenset(found)

    await for_each(asked, ask, width=AT_ONCE)
    return [_facts(change, answers[_group(change), change.verb in OF_MEMBERS]) for change in changes]


async def send(exchange: Exchange, changes: Sequence[Change]) -> list[ChamberlainError | None]:
    """Makes them happen, each by a cmdlet of its own, and tells what Exchange said to each: None where it took it.

    raises  Refused("write_refused") where there is no permit
    """
    told: list[ChamberlainError | None] = [None] * len(changes)

    async def one(place: int) -> None:
        try:
            await _carry(exchange, changes[place])
        except ChamberlainError as error:
            if error.code == "write_refused":
                raise
            told[place] = error

    # changes of one group one after another: Exchange refuses some that meet
    groups: dict[str, list[int]] = {}
    for place, change in enumerate(changes):
        groups.setdefault(_group(change), []).append(place)

    async def of_group(places: list[int]) -> None:
        for place in places:
            await one(place)

    await for_each(list(groups.values()), of_group, width=AT_ONCE)
    return told


async def _carry(exchange: Exchange, change: Change) -> None:
    group, who = _group(change), object_id(change.subject.guid)
    match change.verb:
        case Verb.ADD_MEMBER:
            await exchange.add_member(group, member=who)
        case Verb.REMOVE_MEMBER:
            await exchange.remove_member(group, member=who)
        case Verb.ADD_OWNER:
            await exchange.add_owner(group, owner=who)
        case Verb.REMOVE_OWNER:
            await exchange.remove_owner(group, owner=who)
        case other:
            raise Refused("write_refused", method=other.value, path=change.permission)


def _facts(change: Change, answer: frozenset[str] | ChamberlainError) -> Facts | ChamberlainError:
    if isinstance(answer, ChamberlainError):
        return answer
    return {"member" if change.verb in OF_MEMBERS else "owner": change.subject.guid in answer}


def _group(change: Change) -> str:
    return permission_id(change.permission, family=Family.GROUP)
