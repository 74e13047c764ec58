"""What accounts and groups hold, asked of them: after a restore no stream tells of it.

Microsoft Graph: GET /users/{id} and /groups/{id} memberOf, ownedObjects, appRoleAssignments; Directory.Read.All.
source  https://learn.microsoft.com/graph/api/user-list-memberof (2026), user-list-ownedobjects (2026),
        user-list-approleassignments (2026); restored objects in deltas:
        https://learn.microsoft.com/graph/delta-query-overview (2026)
"""

from collections.abc import Iterable, Sequence

import msgspec

from chamberlain.errors import ChamberlainError, NotFound, Refused
from chamberlain.graph import shape
from chamberlain.graph.page import Page, pages
from chamberlain.kinds.by_id import refuse_errors
from chamberlain.kinds.reading import Reading, holder_type
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import NIL, GrantSeen

MEMBER_OF = "memberOf?$select=id&$top=999"
OWNED = "ownedObjects?$select=id&$top=999"
REPORTS = "directReports?$select=id&$top=999"
APP_ROLES = f"appRoleAssignments?$select={shape.select(shape.HeldAppRole)}&$top=999"


async def reread(
    reading: Reading, *, people: Iterable[str], groups: Iterable[str], unit: str
) -> tuple[frozenset[str], frozenset[str]] | None:
    """Reads again what these hold: memberships, ownerships, roles in applications.

    returns  of which people, and of which groups, everything came; None where we may not ask
    """
    persons, nested = sorted(people), sorted(groups)
    try:
        return (
            await _told(reading, persons, "users", (MEMBER_OF, OWNED, APP_ROLES), unit=unit),
            await _told(reading, nested, "groups", (MEMBER_OF, APP_ROLES), unit=unit),
        )
    except Refused as refused:
        if refused.code != "scope_missing":
            raise
        return None


async def reports_of(reading: Reading, people: Iterable[str]) -> frozenset[str]:
    """GUIDs of those whose manager one of these is: a listing shows no manager who is deleted at the time."""
    paths = [f"/users/{guid}/{REPORTS}" for guid in sorted(people)]
    answers = await reading.graph.get_many(paths, Page[shape.Reference]) if paths else []
    refuse_errors(answers)
    found: set[str] = set()
    for first in answers:
        if not isinstance(first, ChamberlainError):
            reports = [*first.value, *await _more(reading, first.next, shape.Reference)]
            found |= {one.id.lower() for one in reports if isinstance(one, shape.Reference)}
    return frozenset(found)


async def _told(
    reading: Reading, guids: Sequence[str], collection: str, questions: tuple[str, ...], *, unit: str
) -> frozenset[str]:
    found: dict[str, list[GrantSeen]] = {guid: [] for guid in guids}
    for question in questions if guids else ():
        item = shape.HeldAppRole if question is APP_ROLES else shape.Reference
        paths = [f"/{collection}/{guid}/{question}" for guid in guids]
        answers: list[Page[msgspec.Struct] | ChamberlainError] = await reading.graph.get_many(
            paths,
            Page[item],  # type: ignore[valid-type]  # msgspec builds it
        )
        for guid, first in zip(guids, answers, strict=True):
            if isinstance(first, NotFound):
                found.pop(guid, None)
            elif isinstance(first, ChamberlainError):
                raise first
            elif guid in found:
                held = [*first.value, *await _more(reading, first.next, item)]
                found[guid] += _edges(guid, held, collection, question)
    for edges in found.values():
        reading.sink.amend(edges, unit=unit)
    return frozenset(found)


async def _more(reading: Reading, link: str | None, item: type[msgspec.Struct]) -> list[msgspec.Struct]:
    return [] if link is None else [one async for page in pages(reading.graph, link, item) for one in page.value]


def _edges(guid: str, held: Sequence[msgspec.Struct], collection: str, question: str) -> list[GrantSeen]:
    kind = "group" if collection == "groups" else "other"
    relation = Relation.OWNER if question is OWNED else Relation.MEMBER
    edges: list[GrantSeen] = []
    for one in held:
        if isinstance(one, shape.HeldAppRole):
            # A group's assignments come with those of its members; they are the group's.
            if one.principal_id.lower() == guid:
                role, app = one.app_role_id.lower(), one.resource_id.lower()
                edges.append(GrantSeen(Family.APP_ROLE, guid, kind, "", role, app, Relation.ASSIGNED, None, 0))
        elif isinstance(one, shape.Reference) and holder_type(one.type) == "group":
            edges.append(GrantSeen(Family.GROUP, guid, kind, "", one.id.lower(), NIL, relation, None, 0))
    return edges
