"""The four kinds of group, their members, owners and licences.

Microsoft Graph: GET /groups, /groups/delta, /groups/{id}/members; GroupMember.Read.All. One listing, told apart
locally: cheaper than four filters. $expand brings at most 20 objects and no link to the rest, so a group that shows 20
is read again: fifty at a time in a delta stream of their own, or, where thousands of members show, by its own listing.
source  https://learn.microsoft.com/graph/api/resources/groups-overview (2026)
        https://learn.microsoft.com/graph/query-parameters#expand-parameter (2026)
        https://learn.microsoft.com/graph/api/group-delta (2026): $filter on at most 50 ids
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from chamberlain.errors import NotFound
from chamberlain.graph import shape
from chamberlain.graph.delta import changes
from chamberlain.graph.page import pages
from chamberlain.kinds import licences
from chamberlain.kinds.by_id import read_by_id
from chamberlain.kinds.ranges import filters, require_all, with_filter
from chamberlain.kinds.reading import Reading, facts, holder_type
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.observed import NIL, GrantGone, GrantSeen, PermissionGone, PermissionSeen, key_of

STREAM = "groups"
BOUND_BY = "displayName"
EXPAND_LIMIT = 20
STREAM_LIMIT = 50
LARGE = 1_500  # members; a delta page brings 500, a listing 999 for the same resource units
HIDDEN = "HiddenMembership"
LISTING = f"/groups?$select={shape.select(shape.Group)}&$expand=members($select=id)&$top=999"
OWNERS = "/groups?$select=id&$expand=owners($select=id)&$top=999"
SINCE = f"/groups/delta?$select={shape.select(shape.GroupChange)}"
LICENCES = shape.select(shape.LicensedGroup)
WITHOUT_OWNERS = frozenset({Kind.MAIL_SECURITY_GROUP, Kind.DISTRIBUTION_GROUP})
SEGMENT = {Relation.MEMBER: "members", Relation.OWNER: "owners"}


async def read(reading: Reading) -> None:
    """Every group with its members, owners and licences."""
    expected = reading.start.expected.get(STREAM, 0)
    reading.progress.expect(expected)
    found: dict[Relation, list[int]] = {Relation.MEMBER: [], Relation.OWNER: []}

    async def read_range(relation: Relation, number: int, condition: str) -> None:
        listed = _members_range if relation is Relation.MEMBER else _owners_range
        told = await reading.unit(f"groups {SEGMENT[relation]} {number}", partial(listed, reading, condition))
        found[relation].append(told["read"])
        await _read_long(reading, told["long"], relation=relation)

    conditions = filters(BOUND_BY, reading.start.bounds.get(STREAM, ()))
    await reading.side_by_side(
        [partial(read_range, relation, *one) for relation in found for one in enumerate(conditions)]
    )
    for counts in found.values():
        require_all("/groups", expected=expected, found=sum(counts))


async def _members_range(reading: Reading, condition: str, unit: str) -> dict[str, Any]:
    known: set[str] = set()
    long: list[str] = []
    unseen: list[str] = []
    async for page in pages(reading.graph, with_filter(LISTING, condition), shape.Group):
        new = [group for group in page.value if group.id not in known]
        known |= {group.id for group in new}
        reading.sink.add([seen(group) for group in new], unit=unit)
        reading.sink.add([edge for group in new for edge in licences.group_edges(reading, group)], unit=unit)
        _add_whole(reading, [(group.id, group.members) for group in new], Relation.MEMBER, unit=unit)
        more = [group.id.lower() for group in new if not _is_whole(group.members)]
        long.extend(more)
        # Without Member.Read.Hidden such a group's members are left out without a word.
        unseen.extend(group.id.lower() for group in new if group.visibility == HIDDEN and not group.members)
        reading.progress.advance(len(new) - len(more))
    return {"read": len(known), "progress": len(known) - len(long), "long": long, "unseen": unseen}


async def _owners_range(reading: Reading, condition: str, unit: str) -> dict[str, Any]:
    known: set[str] = set()
    long: list[str] = []
    async for page in pages(reading.graph, with_filter(OWNERS, condition), shape.OwnedGroup):
        new = [group for group in page.value if group.id not in known]
        known |= {group.id for group in new}
        _add_whole(reading, [(group.id, group.owners) for group in new], Relation.OWNER, unit=unit)
        long.extend(group.id.lower() for group in new if not _is_whole(group.owners))
    return {"read": len(known), "progress": 0, "long": long}


def _is_whole(expanded: list[shape.Reference] | None) -> bool:
    """Whether an expansion can be trusted: one that did not come, or came full, cannot."""
    return expanded is not None and len(expanded) < EXPAND_LIMIT


def _add_whole(
    reading: Reading, shown: list[tuple[str, list[shape.Reference] | None]], relation: Relation, *, unit: str
) -> None:
    for group, holders in shown:
        if holders and _is_whole(holders):
            _add_holders(reading, group, holders, relation, unit=unit)


def _add_holders(
    reading: Reading,
    group: str,
    holders: Sequence[shape.Reference] | Sequence[shape.MemberChange],
    relation: Relation,
    *,
    unit: str,
) -> None:
    held = [(one.id, holder_type(one.type)) for one in holders]
    reading.sink.add_holders(held, family=Family.GROUP, guid=group, parent=NIL, relation=relation, unit=unit)


async def _read_long(reading: Reading, groups: list[str], *, relation: Relation) -> None:
    """Reads the holders of groups that show more than an expansion brings."""
    large = [group for group in groups if group in reading.start.large and relation is Relation.MEMBER]
    others = [group for group in groups if group not in large]
    streams = [others[start : start + STREAM_LIMIT] for start in range(0, len(others), STREAM_LIMIT)]
    await reading.side_by_side(
        [
            *(partial(_read_one, reading, group) for group in large),
            *(partial(_read_stream, reading, stream, relation) for stream in streams),
        ]
    )


async def _read_stream(reading: Reading, groups: list[str], relation: Relation) -> None:
    """Reads some groups in a delta stream; those that turn out to be large are left to listings of their own."""
    name = f"{SEGMENT[relation]} of {groups[0]} and {len(groups) - 1} more"
    told = await reading.unit(name, partial(_stream, reading, groups, relation))
    works = [partial(_read_one, reading, group) for group in told["large"]]
    if told["left"]:
        works.append(partial(_read_stream, reading, told["left"], relation))
    await reading.side_by_side(works)


async def _stream(reading: Reading, groups: list[str], relation: Relation, unit: str) -> dict[str, Any]:
    """The groups' holders. Where one is too large, all but it are left to a stream without it."""
    counts = dict.fromkeys(groups, 0)
    listed: set[str] = set()
    path = f"/groups/delta?$select=id,{SEGMENT[relation]}&$filter={_any_of(groups)}"
    async for page in changes(reading.graph, path, shape.GroupChange):
        for group in (group for group in page.value if group.removed is None):
            guid = group.id.lower()
            held = _changes_of(group, relation)
            listed.add(guid)
            counts[guid] = counts.get(guid, 0) + len(held)
            _add_holders(reading, guid, [one for one in held if one.removed is None], relation, unit=unit)
        large = [group for group, count in counts.items() if count > LARGE]
        if large and relation is Relation.MEMBER:
            return {"read": 0, "large": large, "left": [group for group in groups if group not in large]}
    done = len(groups) if relation is Relation.MEMBER else 0
    reading.progress.advance(done)
    missing = [group for group in groups if group not in listed]
    return {"read": 0, "progress": done, "large": [], "left": [], "missing": missing}


async def _read_one(reading: Reading, group: str) -> None:
    async def listing(unit: str) -> dict[str, Any]:
        path = f"/groups/{group}/members?$select=id&$top=999"
        try:
            async for page in pages(reading.graph, path, shape.Reference):
                _add_holders(reading, group, page.value, Relation.MEMBER, unit=unit)
        except NotFound:
            return {"read": 0, "missing": [group]}
        reading.progress.advance(1)
        return {"read": 0, "progress": 1, "missing": []}

    await reading.unit(f"members of {group}", listing)


def _any_of(groups: Iterable[str]) -> str:
    return "%20or%20".join(f"id%20eq%20'{group}'" for group in groups)


def _changes_of(group: shape.GroupChange, relation: Relation) -> list[shape.MemberChange]:
    return (group.members_delta if relation is Relation.MEMBER else group.owners_delta) or []


async def follow(reading: Reading, link: str, *, unit: str) -> tuple[str, frozenset[str], frozenset[str]]:
    """What changed among groups since a delta link.

    returns  the link from now on, which groups are present and changed, and which of them show licences
    raises   Upstream("delta_expired")
    """
    changed: set[str] = set()
    licensed: set[str] = set()
    next_link = link
    async for page in changes(reading.graph, link, shape.GroupChange):
        for group in page.value:
            guid = group.id.lower()
            if group.removed is not None:
                reading.sink.amend([PermissionGone(Family.GROUP, guid, NIL)], unit=unit)
                changed.discard(guid)
                continue
            changed.add(guid)
            if group.assigned_licenses:
                licensed.add(guid)
            _follow_group(reading, group, unit=unit)
        reading.progress.advance(len(page.value))
        next_link = page.delta_link or next_link
    return next_link, frozenset(changed), frozenset(licensed & changed)


def _follow_group(reading: Reading, group: shape.GroupChange, *, unit: str) -> None:
    if group.mail_enabled is not None:  # a large group comes again, then with members only
        reading.sink.amend([seen(group)], unit=unit)
    for relation in SEGMENT:
        _follow_edges(reading, group, relation, unit=unit)


def _follow_edges(reading: Reading, group: shape.GroupChange, relation: Relation, *, unit: str) -> None:
    guid, told = group.id.lower(), _changes_of(group, relation)
    here = [change_edge(guid, one, relation) for one in told if one.removed is None]
    gone = [GrantGone(Family.GROUP, one.id.lower(), guid, NIL, relation) for one in told if one.removed is not None]
    reading.sink.amend(gone, unit=unit)
    reading.sink.amend(here, unit=unit)


async def reread(reading: Reading, groups: Iterable[str], *, unit: str) -> frozenset[str]:
    """Reads these groups with members and owners again; tells which came, that is then the whole of them."""
    told: set[str] = set()
    ids = sorted(groups)
    for start in range(0, len(ids), STREAM_LIMIT):
        path = f"{SINCE}&$filter={_any_of(ids[start : start + STREAM_LIMIT])}"
        async for page in changes(reading.graph, path, shape.GroupChange):
            for group in (group for group in page.value if group.removed is None):
                told.add(group.id.lower())
                _follow_group(reading, group, unit=unit)
    return frozenset(told)


async def reread_licences(reading: Reading, groups: Iterable[str], *, unit: str) -> frozenset[str]:
    """Reads the licences of these groups again; tells of which they came, those are then the whole."""
    path = "/groups/{id}?$select=" + LICENCES
    found = await read_by_id(reading, groups, shape.LicensedGroup, type="group", path=path)
    reading.sink.amend([edge for group in found for edge in licences.group_edges(reading, group)], unit=unit)
    return frozenset(group.id.lower() for group in found)


def kind_of(group: shape.Group | shape.GroupChange) -> Kind:
    """Which of the four kinds a group is."""
    if "Unified" in (group.group_types or ()):
        return Kind.M365_GROUP
    if not group.mail_enabled:
        return Kind.SECURITY_GROUP
    return Kind.MAIL_SECURITY_GROUP if group.security_enabled else Kind.DISTRIBUTION_GROUP


def seen(group: shape.Group | shape.GroupChange) -> PermissionSeen:
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


def change_edge(group: str, holder: shape.MemberChange, relation: Relation) -> GrantSeen:
    """A direct membership or ownership, as a delta stream tells it."""
    return GrantSeen(
        Family.GROUP, holder.id.lower(), holder_type(holder.type), "", group, NIL, relation, via=None, qualifier_id=0
    )
