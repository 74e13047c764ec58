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


# The count comes from another replica and people leave meanwhile, so a few less are normal; a page less is a loss.
FEW = 50
FEW_OF_MANY = 0.01


class Page(msgspec.Struct, Generic[Item]):
    """One page."""

    value: list[Item]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


async def count(graph: Graph, collection: str) -> int:
    """How many objects a collection has, asked by itself: $count beside $expand is not allowed.

    collection  e.g. "/users"
    raises      what `Graph.get` raises
    source      https://learn.microsoft.com/graph/aad-advanced-queries (2026)
    """
    return await graph.get(f"{collection}/$count", int, headers=EVENTUAL)


async def pages(graph: Graph, path: str, item: type[Item], *, expected: int = 0) -> AsyncIterator[Page[Item]]:
    """Every page of a collection. Ending without an error means that the listing is complete.

    expected  what `count` said; 0 where nobody counted
    raises    what `Graph.get` raises; Upstream("page_repeated") when a link leads back to a page already read;
              Upstream("listing_short") when clearly fewer items came than were counted
    """
    seen: set[int] = set()
    found = 0
    link: str | None = path
    while link is not None:
        if hash(link) in seen:
            raise Upstream("page_repeated", path=path.split("?")[0], request_id="")
        seen.add(hash(link))
        page = await graph.get(link, Page[item])  # type: ignore[valid-type]  # msgspec builds it
        found += len(page.value)
        yield page
        link = page.next
    if found < expected - max(FEW, expected * FEW_OF_MANY):
        raise Upstream("listing_short", path=path.split("?")[0], expected=expected, found=found)
