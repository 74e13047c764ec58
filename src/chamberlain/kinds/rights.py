"""What the tenant lets us do: the roles in our token, and what our own service principal has assigned.

The token is what counts; the assignments tell what Exchange lets us do, which no token of Graph says, and what was
taken back while a token still lives, for ninety minutes at most.
source  https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (2026): roles, oid
        https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments (2026)
"""

from dataclasses import dataclass
from uuid import UUID

from chamberlain.errors import NotFound, Refused, Upstream
from chamberlain.graph import shape
from chamberlain.graph.client import Graph
from chamberlain.graph.page import pages
from chamberlain.graph.token import read_claims
from chamberlain.policy.scope_standing import of_exchange
from chamberlain.policy.scopes import BY_ROLE_ID

ASSIGNED = "/servicePrincipals(appId='{app}')/appRoleAssignments?$select={fields}&$top=999"


@dataclass(frozen=True, slots=True)
class Rights:
    """What we may do in a tenant.

    tenant     GUID of the tenant that the token is for
    principal  object id of our own service principal there; None where the token does not tell
    token      application permissions of Graph in our token, sorted
    assigned   those that our service principal has assigned and that we know by id, of Graph and of Exchange; None
               where we may not ask
    """

    tenant: str
    principal: UUID | None
    token: tuple[str, ...]
    assigned: frozenset[str] | None

    @property
    def seen(self) -> dict[str, bool | None]:
        """Every scope that we have, with whether it is assigned, as far as we may ask."""
        told = self.assigned
        of_graph: dict[str, bool | None] = {
            name: None if told is None or name not in BY_ROLE_ID.values() else name in told for name in self.token
        }
        return of_graph | {name: True for name in told or () if of_exchange(name)}


async def read_rights(graph: Graph) -> Rights:
    """What a fresh token says, and what was assigned.

    raises  what getting a token raises
    """
    claims = read_claims(await graph.tokens.token())
    return Rights(
        claims.tid.lower(), _guid(claims.oid), tuple(sorted(claims.roles)), await _assigned(graph, claims.appid)
    )


def _guid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _assigned(graph: Graph, app: str) -> frozenset[str] | None:
    found: set[str] = set()
    path = ASSIGNED.format(app=app, fields=shape.select(shape.GrantedRole))
    try:
        async for page in pages(graph, path, shape.GrantedRole):
            ids = {one.app_role_id.lower() for one in page.value}
            found |= {BY_ROLE_ID[one] for one in ids if one in BY_ROLE_ID}
    except (Refused, NotFound, Upstream):  # an optional question must not stand in the way
        return None
    return frozenset(found)
