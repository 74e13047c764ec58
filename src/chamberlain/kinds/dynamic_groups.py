"""Dynamic distribution groups, which Graph does not know: read from Exchange, whole in every run.

Exchange: Get-DynamicDistributionGroup, Get-DynamicDistributionGroupMember. Whoever the filter finds is a member,
counted by Exchange once a day; nobody is put in or taken out by hand.
source  https://learn.microsoft.com/powershell/module/exchange/get-dynamicdistributiongroup (2026)
        https://learn.microsoft.com/exchange/recipients-in-exchange-online/manage-dynamic-distribution-groups/
        modern-dynamic-distribution-groups (2026): "updated once every 24 hours"
"""

from functools import partial
from typing import Any

from chamberlain.errors import NotFound
from chamberlain.graph.exchange.port import Exchange
from chamberlain.graph.fan_out import for_each
from chamberlain.kinds.reading import Reading, facts
from chamberlain.model.exchange import DynamicGroup, Recipient
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.observed import NIL, GrantSeen, PermissionSeen, key_of

FAMILY = Family.DYNAMIC_DISTRIBUTION
AT_ONCE = 4
LISTED = "dynamic distribution groups"
# Types of recipients by Exchange's names. Groups are known from Graph; one that is not is no group of this tenant.
# source  https://learn.microsoft.com/powershell/module/exchange/get-recipient (2026): RecipientTypeDetails
CONTACT = "MailContact"
GROUPS = frozenset(
    {
        "MailUniversalDistributionGroup",
        "MailUniversalSecurityGroup",
        "MailNonUniversalGroup",
        "RoomList",
        "GroupMailbox",
        "DynamicDistributionGroup",
    }
)


async def read(reading: Reading, exchange: Exchange) -> frozenset[str]:
    """Every dynamic distribution group with its filter, owners and members.

    returns  groups that vanished while they were read: of those nothing is known
    raises   what `Exchange.dynamic_groups` raises; then what was read is not the whole of anything
    """
    told = await reading.unit(LISTED, partial(_listing, reading, exchange))
    missing: set[str] = set()

    async def one(group: str) -> None:
        found = await reading.unit(f"members of {LISTED} {group}", partial(_members, reading, exchange, group))
        missing.update(found["missing"])

    await for_each(told["groups"], one, width=AT_ONCE)
    return frozenset(missing)


async def _listing(reading: Reading, exchange: Exchange, unit: str) -> dict[str, Any]:
    found = await exchange.dynamic_groups()
    reading.sink.add([seen(group) for group in found], unit=unit)
    owners = [_edge(group.guid, owner, Relation.OWNER) for group in found for owner in group.owners]
    reading.sink.add(owners, unit=unit)
    return {"read": len(found), "groups": [group.guid for group in found]}


async def _members(reading: Reading, exchange: Exchange, group: str, unit: str) -> dict[str, Any]:
    try:
        found = await exchange.dynamic_members(group)
    except NotFound:
        return {"read": 0, "missing": [group]}
    members = [
        _edge(group, guid, Relation.MEMBER, type_=_type_of(one), name=one.name)
        for one in found
        if (guid := one.guid or one.own)
    ]
    reading.sink.add(members, unit=unit)
    return {"read": 0, "missing": []}


def seen(group: DynamicGroup) -> PermissionSeen:
    """A dynamic distribution group in our words."""
    return PermissionSeen(
        family=FAMILY,
        kind=Kind.DISTRIBUTION_GROUP.value,
        guid=group.guid,
        parent=NIL,
        key=key_of(FAMILY, group.guid),
        name=group.name,
        description="",
        app="",
        mail=group.address,
        facts=facts(dynamic=True, rule=group.filter),
    )


def _type_of(one: Recipient) -> str:
    if one.type in GROUPS:
        return "group"
    return "contact" if one.type == CONTACT else "other"


def _edge(group: str, holder: str, relation: Relation, *, type_: str = "other", name: str = "") -> GrantSeen:
    """A membership or ownership; Exchange tells the name of who is in no other listing."""
    return GrantSeen(FAMILY, holder, type_, name, group, NIL, relation, via=None, qualifier_id=0)
