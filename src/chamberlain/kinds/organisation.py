"""The tenant itself: its name, its domain, and whether it hides names in usage reports.

source  https://learn.microsoft.com/graph/api/organization-list (2026),
        https://learn.microsoft.com/graph/api/adminreportsettings-get (2026)
"""

from dataclasses import dataclass
from uuid import UUID

from chamberlain.errors import NotFound, Refused, Upstream
from chamberlain.graph import shape
from chamberlain.graph.client import Graph
from chamberlain.graph.page import pages
from chamberlain.graph.token import read_claims


@dataclass(frozen=True, slots=True)
class Organisation:
    """What a tenant says of itself, and what it lets us do.

    scopes           application permissions in our token, sorted
    concealed_names  None where it was not asked, or we may not know
    """

    guid: UUID
    name: str
    domain: str
    scopes: tuple[str, ...]
    concealed_names: bool | None = None


async def read_organisation(graph: Graph) -> Organisation:
    """Who we are connected to, asked of Graph and not of the browser.

    raises  Refused("wrong_tenant") when the token is for another tenant than Graph says
    """
    claims = read_claims(await graph.tokens.token())
    async for page in pages(graph, f"/organization?$select={shape.select(shape.Organization)}", shape.Organization):
        for found in page.value:
            if found.id.lower() != claims.tid.lower():
                raise Refused("wrong_tenant", expected=claims.tid, found=found.id)
            return Organisation(
                guid=UUID(found.id),
                name=found.display_name or "",
                domain=_domain(found),
                scopes=tuple(sorted(claims.roles)),
            )
    raise NotFound("tenant_unknown", aadsts=0, request_id="")


def _domain(organisation: shape.Organization) -> str:
    domains = sorted(organisation.verified_domains, key=lambda domain: (not domain.is_default, not domain.is_initial))
    return domains[0].name if domains else organisation.id


async def read_concealed_names(graph: Graph) -> bool | None:
    """Whether usage reports conceal names; None where we may not know."""
    try:
        return (await graph.get("/admin/reportSettings", shape.ReportSettings)).display_concealed_names
    except (Refused, NotFound, Upstream):  # an optional question must not stand in the way
        return None
