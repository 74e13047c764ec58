"""Consents: what applications may do in the name of people, as delegated permission grants.

Microsoft Graph: GET /oauth2PermissionGrants and /oauth2PermissionGrants/delta; Directory.Read.All, which is optional.
A removed one has only its id.
source  https://learn.microsoft.com/graph/api/oauth2permissiongrant-list (2026)
        https://learn.microsoft.com/graph/api/oauth2permissiongrant-delta (2026)
"""

from collections.abc import Iterable
from dataclasses import dataclass

from chamberlain.errors import Refused
from chamberlain.graph import shape
from chamberlain.graph.client import Graph
from chamberlain.graph.delta import changes, latest
from chamberlain.graph.page import pages
from chamberlain.kinds.reading import INSTEAD, NUL, Progress
from chamberlain.model.consent import ConsentSeen

STREAM = "consents"
FIELDS = shape.select(shape.DelegatedGrant)
LISTING = f"/oauth2PermissionGrants?$select={FIELDS}&$top=999"
SINCE = f"/oauth2PermissionGrants/delta?$select={FIELDS}"
EVERYBODY = "AllPrincipals"


@dataclass(frozen=True, slots=True)
class ConsentsRead:
    """What was read, in no order.

    gone   Microsoft's ids of consents that are no more
    whole  whether `seen` is everything there is
    link   where changes are read from next
    """

    seen: tuple[ConsentSeen, ...]
    gone: frozenset[str]
    whole: bool
    link: str


async def read(graph: Graph, *, progress: Progress) -> ConsentsRead:
    """Every consent. The link comes first, so that what changes meanwhile is told by it the next time.

    raises  what `pages` raises; Refused("scope_missing") without Directory.Read.All
    """
    link = await latest(graph, SINCE)
    found: dict[str, shape.DelegatedGrant] = {}
    async for page in pages(graph, LISTING, shape.DelegatedGrant):
        found |= {grant.id: grant for grant in page.value}
        progress.advance(len(page.value))
    return ConsentsRead(await _seen(graph, found.values()), frozenset(), whole=True, link=link)


async def follow(graph: Graph, link: str, *, progress: Progress) -> ConsentsRead:
    """What changed since a delta link; what is told twice counts as it was told last.

    raises  what `changes` raises: Upstream("delta_expired") when all have to be read;
            Refused("scope_missing") without Directory.Read.All
    """
    told: dict[str, shape.DelegatedGrantChange] = {}
    next_link = link
    async for page in changes(graph, link, shape.DelegatedGrantChange):
        told |= {grant.id: grant for grant in page.value}
        progress.advance(len(page.value))
        next_link = page.delta_link or next_link
    gone = frozenset(grant.id for grant in told.values() if grant.removed is not None)
    seen = await _seen(graph, [grant for grant in told.values() if grant.removed is None])
    return ConsentsRead(seen, gone, whole=False, link=next_link)


async def _seen(graph: Graph, grants: Iterable[shape.DelegatedGrant]) -> tuple[ConsentSeen, ...]:
    """In our words, with names: applications that nobody is assigned to, such as Microsoft Graph, are read nowhere."""
    told = list(grants)
    names = await _names(
        graph, sorted({guid.lower() for grant in told for guid in (grant.client_id, grant.resource_id)})
    )
    return tuple(_consent(grant, names) for grant in told)


async def _names(graph: Graph, guids: list[str]) -> dict[str, str]:
    if not guids:
        return {}
    try:
        found = await graph.by_ids(guids, shape.Reference, types=["servicePrincipal"], select="id,displayName")
    except Refused as refused:
        if refused.code != "scope_missing":
            raise
        return {}  # as with strangers: nameless, which harms nothing
    return {one.id.lower(): _text(one.display_name) for one in found}


def _consent(grant: shape.DelegatedGrant, names: dict[str, str]) -> ConsentSeen:
    client, resource = grant.client_id.lower(), grant.resource_id.lower()
    one_person = None if grant.consent_type == EVERYBODY else grant.principal_id
    return ConsentSeen(
        id=grant.id,
        client=client,
        client_name=names.get(client, ""),
        resource=resource,
        resource_name=names.get(resource, ""),
        principal=one_person.lower() if one_person else None,
        scope=" ".join(sorted(set(_text(grant.scope).split()))),
    )


def _text(value: str | None) -> str:
    """What PostgreSQL takes: it refuses the character NUL."""
    return (value or "").replace(NUL, INSTEAD)
