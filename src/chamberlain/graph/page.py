"""Collections, page by page, to their end or to an error. Nothing in between.

source  https://learn.microsoft.com/graph/paging (2026): follow @odata.nextLink exactly as given until it is missing;
        a page may be empty and still have a link; an object can appear twice when data changes meanwhile
"""

from collections.abc import AsyncIterator
from typing import Generic, TypeVar

import msgspec

from chamberlain.errors import Upstream
from chamberlain.graph.client import EVENTUAL, Graph

Item = TypeVar("Item", bound=msgspec.Struct)


# The count comes from another replica and people leave meanwhile, so a little less is normal; much less is a lost page.
LEAST_SHARE = 0.9


class Page(msgspec.Struct, Generic[Item]):
    """One page; `count` is on the first page only, where it was asked for."""

    value: list[Item]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")
    count: int | None = msgspec.field(default=None, name="@odata.count")


async def pages(graph: Graph, path: str, item: type[Item], *, counted: bool = False) -> AsyncIterator[Page[Item]]:
    """Every page of a collection. Ending without an error means that the listing is complete.

    counted  the path asks for $count=true, which needs the ConsistencyLevel header on every page
    raises   what `Graph.get` raises; Upstream("page_repeated") when a link leads back to a page already read;
             Upstream("listing_short") when far fewer items came than Microsoft counted
    """
    headers = EVENTUAL if counted else {}
    seen: set[int] = set()
    promised, found = 0, 0
    link: str | None = path
    while link is not None:
        if hash(link) in seen:
            raise Upstream("page_repeated", path=path.split("?")[0], request_id="")
        seen.add(hash(link))
        page = await graph.get(link, Page[item], headers=headers)  # type: ignore[valid-type]  # msgspec builds it
        promised, found = promised or page.count or 0, found + len(page.value)
        yield page
        link = page.next
    if found < promised * LEAST_SHARE:
        raise Upstream("listing_short", path=path.split("?")[0], expected=promised, found=found)
