"""Last sign-ins of people, page by page: a slow lane of its own, never a part of a sync.

Microsoft Graph: GET /users?$select=id,signInActivity; AuditLog.Read.All beside User.Read.All, and Entra ID P1 or P2.
Ten requests a minute, 500 people a page. No delta tells of it.
source  https://learn.microsoft.com/graph/api/user-list, resources/signinactivity (2026): lastSuccessfulSignInDateTime
        is the last success, interactive or not, and unknown from before December 2023; the other two are attempts,
        failed ones too. Who has no signInActivity never signed in, or not since April 2020
"""

from dataclasses import dataclass

from chamberlain.graph import shape
from chamberlain.graph.client import Graph
from chamberlain.graph.page import Page
from chamberlain.model.activity import ActivitySeen

FIRST = f"/users?$select={shape.select(shape.SignedInUser)}&$top=500"


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """A page of people, and where the next one is; None after the last."""

    seen: tuple[ActivitySeen, ...]
    next: str | None


async def read_page(graph: Graph, link: str | None) -> ActivityPage:
    """The page at a link, or the first one.

    raises  Refused("scope_missing"), Refused("premium_missing"), Upstream("page_expired"), what else `Graph.get` raises
    """
    page = await graph.get(link or FIRST, Page[shape.SignedInUser])
    return ActivityPage(tuple(_seen(user) for user in page.value), page.next)


def _seen(user: shape.SignedInUser) -> ActivitySeen:
    found = user.sign_in_activity
    if found is not None and found.last_successful_sign_in_date_time is not None:
        return ActivitySeen(user.id.lower(), found.last_successful_sign_in_date_time, succeeded=True)
    attempts = () if found is None else (found.last_sign_in_date_time, found.last_non_interactive_sign_in_date_time)
    return ActivitySeen(user.id.lower(), max((one for one in attempts if one), default=None), succeeded=False)
