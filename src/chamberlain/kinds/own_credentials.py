"""Our own app registration as the tenant shows it: when what we prove ourselves with ends.

source  https://learn.microsoft.com/graph/api/application-get (2026), needs Application.Read.All;
        https://learn.microsoft.com/graph/api/resources/passwordcredential (2026): `hint` has its first letters
"""

from datetime import datetime
from uuid import UUID

from chamberlain.errors import NotFound, Refused, Upstream
from chamberlain.graph import shape
from chamberlain.graph.client import Graph
from chamberlain.graph.page import pages
from chamberlain.graph.token import Credential

HINT = 3


async def read_end(graph: Graph, credential: Credential) -> datetime | None:
    """When the secret ends that the credential is; None where we may not know, and for anything but a secret.

    A certificate says by itself when it ends. Where several secrets begin alike, the first end of them is told.
    """
    secret = credential.proof
    if not isinstance(secret, str):
        return None
    path = f"/applications?$filter=appId eq '{UUID(credential.client_id)}'&$select={shape.select(shape.OwnApplication)}"
    ends: list[datetime] = []
    try:
        async for page in pages(graph, path, shape.OwnApplication):
            known = [one for found in page.value for one in found.password_credentials]
            ends += [one.end_date_time for one in known if one.hint == secret[:HINT] and one.end_date_time]
    except (Refused, NotFound, Upstream):  # an optional question must not stand in the way
        return None
    return min(ends, default=None)
