"""What changed since a link: delta functions, round by round.

source  https://learn.microsoft.com/graph/delta-query-overview (2026): a page has a next link or, at the end, a delta
        link; changes may come again and in parts; 410, or 40x with syncStateNotFound or resyncRequired, mean that the
        place is forgotten and everything has to be read. Tokens of directory objects live for seven days.
"""

from collections.abc import AsyncIterator
from typing import Generic, TypeVar

import msgspec

from chamberlain.errors import Upstream
from chamberlain.graph.client import Graph
from chamberlain.graph.page import EMPTY_IN_A_ROW, RESTARTS

Item = TypeVar("Item", bound=msgspec.Struct)
TOKEN = "$deltatoken="  # noqa: S105 - the name of an option


class DeltaPage(msgspec.Struct, Generic[Item]):
    """One page of changes; the last of a round has `delta_link`, from which the next round starts."""

    value: list[Item]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")
    delta_link: str | None = msgspec.field(default=None, name="@odata.deltaLink")


class _Anything(msgspec.Struct):
    """An item that nobody looks at."""


async def latest(graph: Graph, path: str) -> str:
    """The delta link that tells everything from now on.

    path    the function with the options of later rounds, e.g. "/users/delta?$select=id,displayName"
    raises  what `changes` raises
    """
    separator = "&" if "?" in path else "?"
    link = ""
    async for page in changes(graph, f"{path}{separator}{TOKEN}latest", _Anything):
        link = page.delta_link or ""
    return link


async def changes(graph: Graph, start: str, item: type[Item]) -> AsyncIterator[DeltaPage[Item]]:
    """Every page of a round. Ending without an error means that the round is complete and its last page has the link.

    A round whose place is forgotten half-way begins again, at most three times: items come twice, callers go by id.

    start   a path, for everything that is there, or the delta link of the round before
    raises  what `Graph.get` raises; Upstream("delta_expired") when everything has to be read anew;
            Upstream("page_repeated"), Upstream("page_empty") when it leads nowhere
    """
    restarts = 0
    while True:
        try:
            async for page in _round(graph, start, item):
                yield page
        except Upstream as error:
            if error.code != "page_expired" or restarts == RESTARTS:
                raise _classified(error, start=start) from error
            restarts += 1
        else:
            return


async def _round(graph: Graph, start: str, item: type[Item]) -> AsyncIterator[DeltaPage[Item]]:
    seen: set[int] = set()
    empty = 0
    link: str | None = start
    path = start.split("?")[0]
    while link is not None:
        if hash(link) in seen:
            raise Upstream("page_repeated", path=path, request_id="")
        seen.add(hash(link))
        page = await graph.get(link, DeltaPage[item])  # type: ignore[valid-type]  # msgspec builds it
        empty = 0 if page.value else empty + 1
        if page.next is None and page.delta_link is None:
            raise Upstream("microsoft_unreadable", path=path, status=200, request_id="")
        if empty > EMPTY_IN_A_ROW and page.delta_link is None:
            raise Upstream("page_empty", path=path, pages=empty)
        link = page.next if page.delta_link is None else None
        yield page


def _classified(error: Upstream, *, start: str) -> Upstream:
    """A stored link that Microsoft refuses as malformed is one whose token it no longer takes: we changed nothing."""
    refused = error.code in {"microsoft_refused", "page_expired"} and TOKEN in start and error.data.get("status") == 400
    if error.code == "delta_expired" or not refused or start.endswith(f"{TOKEN}latest"):
        return error
    return Upstream("delta_expired", again_after=None, **error.data)
