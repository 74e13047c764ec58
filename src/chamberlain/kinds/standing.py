"""How single accounts stand right now: there, blocked, told to sign in again.

Microsoft Graph: GET /users/{id}; User.Read.All.
source  https://learn.microsoft.com/graph/api/resources/user (2026): signInSessionsValidFromDateTime, only with $select
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chamberlain.errors import ChamberlainError, NotFound
from chamberlain.graph.client import Graph
from chamberlain.graph.shape import Shape
from chamberlain.model.entrance import Standing

FIELDS = "id,accountEnabled,signInSessionsValidFromDateTime"


class _User(Shape, frozen=True, kw_only=True):
    id: str
    account_enabled: bool | None = None
    sign_in_sessions_valid_from_date_time: datetime | None = None


async def read_standing(graph: Graph, guids: Sequence[UUID]) -> tuple[dict[UUID, Standing], frozenset[UUID]]:
    """Those that are there, and those that are gone; what Microsoft does not answer is in neither.

    raises  what `Graph.get_many` raises
    """
    answers = await graph.get_many([f"/users/{guid}?$select={FIELDS}" for guid in guids], _User)
    there: dict[UUID, Standing] = {}
    gone: set[UUID] = set()
    for guid, answer in zip(guids, answers, strict=True):
        if isinstance(answer, NotFound):
            gone.add(guid)
        elif not isinstance(answer, ChamberlainError):
            there[guid] = Standing(
                guid, answer.account_enabled is not False, answer.sign_in_sessions_valid_from_date_time
            )
    return there, frozenset(gone)
