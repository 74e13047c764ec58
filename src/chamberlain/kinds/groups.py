"""The four kinds of group, their members and owners.

Microsoft Graph: GET /groups, GroupMember.Read.All. One listing, told apart locally: cheaper than four filters.
$expand brings at most 20 objects and no link to the rest, so a group that shows 20 is read again by itself.
source  https://learn.microsoft.com/graph/api/resources/groups-overview (2026)
        https://learn.microsoft.com/graph/query-parameters#expand-parameter (2026)
"""

from chamberlain.errors import NotFound
from chamberlain.graph import shape
from chamberlain.graph.fan_out import for_each
from chamberlain.graph.page import count, pages
from chamberlain.kinds.reading import Reading, facts, holder_type
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.observed import NIL, GrantSeen, PermissionSeen, key_of

EXPAND_LIMIT = 20
HIDDEN = "HiddenMembership"
REFERENCE = "id,displayName"
LISTING = f"/groups?$select={shape.select(shape.Group)}&$expand=members($select={REFERENCE})&$top=999"
OWNERS = f"/groups?$select=id&$expand=owners($select={REFERENCE})&$top=999"
WITHOUT_OWNERS = frozenset({Kind.MAIL_SECURITY_GROUP, Kind.DISTRIBUTION_GROUP})


async def read(reading: Reading) -> None:
    """Every group with its members and owners; groups that vanish meanwhile are noted as missing."""
    expected = await count(reading.graph, "/groups")
    reading.progress.expect(expected)
    long: list[str] = []
    listed: set[str] = set()
    async for page in pages(reading.graph, LISTING, shape.Group, expected=expected):
        reading.sink.add([seen(group) for group in page.value])
        short = [group for group in page.value if _is_whole(group.members)]
        reading.sink.add([edge(group.id, one, Relation.MEMBER) for group in short for one in group.members or ()])
        long.extend(group.id for group in page.value if not _is_whole(group.members))
        # Without Member.Read.Hidden such a group's members are left out without a word.
        reading.unseen |= {one.id.lower() for one in page.value if one.visibility == HIDDEN and not one.members}
        listed |= {group.id.lower() for group in page.value}
        reading.progress.advance(len(short))
    await _read_long(reading, long, relation=Relation.MEMBER)
    reading.unseen |= listed - await _read_owners(reading, expected=expected)


async def _read_owners(reading: Reading, *, expected: int) -> set[str]:
    """Reads owners; tells whose it has seen: a group made or lost between the two listings is in one of them only."""
    long: list[str] = []
    listed: set[str] = set()
    async for page in pages(reading.graph, OWNERS, shape.OwnedGroup, expected=expected):
        short = [group for group in page.value if _is_whole(group.owners)]
        reading.sink.add([edge(group.id, one, Relation.OWNER) for group in short for one in group.owners or ()])
        long.extend(group.id for group in page.value if not _is_whole(group.owners))
        listed |= {group.id.lower() for group in page.value}
    await _read_long(reading, long, relation=Relation.OWNER)
    return listed


def _is_whole(expanded: list[shape.Reference] | None) -> bool:
    """Whether an expansion can be trusted: one that did not come, or came full, cannot."""
    return expanded is not None and len(expanded) < EXPAND_LIMIT


async def _read_long(reading: Reading, groups: list[str], *, relation: Relation) -> None:
    segment = "members" if relation is Relation.MEMBER else "owners"

    async def read_one(group: str) -> None:
        path = f"/groups/{group}/{segment}?$select={REFERENCE}&$top=999"
        try:
            async for page in pages(reading.graph, path, shape.Reference):
                reading.sink.add([edge(group, holder, relation) for holder in page.value])
        except NotFound:
            reading.missing.add(group.lower())
        if relation is Relation.MEMBER:
            reading.progress.advance(1)

    await for_each(groups, read_one, width=reading.width)


def kind_of(group: shape.Group) -> Kind:
    """Which of the four kinds a group is."""
    if "Unified" in (group.group_types or ()):
        return Kind.M365_GROUP
    if not group.mail_enabled:
        return Kind.SECURITY_GROUP
    return Kind.MAIL_SECURITY_GROUP if group.security_enabled else Kind.DISTRIBUTION_GROUP


def seen(group: shape.Group) -> PermissionSeen:
    """A group in our words."""
    guid = group.id.lower()
    return PermissionSeen(
        family=Family.GROUP,
        kind=kind_of(group).value,
        guid=guid,
        parent=NIL,
        key=key_of(Family.GROUP, guid),
        name=group.display_name or "",
        description=group.description or "",
        app="",
        mail=group.mail or "",
        facts=facts(
            dynamic="DynamicMembership" in (group.group_types or ()),
            rule=group.membership_rule,
            on_premises=group.on_premises_sync_enabled,
            role_assignable=group.is_assignable_to_role,
            visibility=group.visibility,
            team="Team" in (group.resource_provisioning_options or ()),
            created=group.created_date_time,
        ),
    )


def edge(group: str, holder: shape.Reference, relation: Relation) -> GrantSeen:
    """A direct membership or ownership."""
    return GrantSeen(
        holder=holder.id.lower(),
        holder_type=holder_type(holder.type),
        holder_name=holder.display_name or "",
        guid=group.lower(),
        parent=NIL,
        relation=relation,
        via=None,
        qualifier_id=0,
    )
