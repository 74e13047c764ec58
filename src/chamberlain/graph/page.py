"""Collections, page by page, to their end or to an error. Nothing in between.

source  https://learn.microsoft.com/graph/paging (2026): follow @odata.nextLink exactly as given until it is missing;
        a page may be empty and still have a link; an object can appear twice when data changes meanwhile
"""

from array import array
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

import msgspec

from chamberlain.errors import Upstream
from chamberlain.graph.client import EVENTUAL, Graph

Item = TypeVar("Item", bound=msgspec.Struct)


# The count comes from another replica and people leave meanwhile, so a few less are normal; a page less is a loss.
FEW = 50
FEW_OF_MANY = 0.01
RESTARTS = 3
EMPTY_IN_A_ROW = 100


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
    found = await graph.get(f"{collection}/$count", int, headers=EVENTUAL)
    if collection == "/users":
        graph.size_is(found)
    return found


async def pages(graph: Graph, path: str, item: type[Item], *, expected: int = 0) -> AsyncIterator[Page[Item]]:
    """Every page of a collection. Ending without an error means that the listing is complete.

    A listing whose place Microsoft forgets begins again, at most three times: items come twice, callers go by id.

    expected  what `count` said; 0 where nobody counted
    raises    what `Graph.get` raises; Upstream("page_repeated") when a link leads back to a page already read;
              Upstream("page_empty") when only empty pages come;
              Upstream("listing_short") when clearly fewer items came than were counted
    """
    found = _Distinct(item)
    restarts = 0
    while True:
        try:
            async for page in _listing(graph, path, item):
                if expected:
                    found.add(page.value)
                yield page
        except Upstream as error:
            if error.code != "page_expired" or restarts == RESTARTS:
                raise
            restarts += 1
        else:
            break
    if expected and found.number() < expected - max(FEW, expected * FEW_OF_MANY):
        raise Upstream("listing_short", path=path.split("?")[0], expected=expected, found=found.number())


async def _listing(graph: Graph, path: str, item: type[Item]) -> AsyncIterator[Page[Item]]:
    seen: set[int] = set()
    empty = 0
    link: str | None = path
    while link is not None:
        if hash(link) in seen:
            raise Upstream("page_repeated", path=path.split("?")[0], request_id="")
        seen.add(hash(link))
        page = await graph.get(link, Page[item])  # type: ignore[valid-type]  # msgspec builds it
        empty = 0 if page.value else empty + 1
        if empty > EMPTY_IN_A_ROW:
            raise Upstream("page_empty", path=path.split("?")[0], pages=empty)
        yield page
        link = page.next


class _Distinct:
    """How many different items came, in eight bytes each: a million ids as text would be a hundred megabytes."""

    PARTS = 4

    def __init__(self, item: type[msgspec.Struct]) -> None:
        self._has_id = "id" in item.__struct_fields__
        self._hashes = array("q")
        self._plain = 0

    def add(self, items: list[Item]) -> None:
        if self._has_id:
            self._hashes.extend(hash(item.id) for item in items)  # type: ignore[attr-defined]  # asked above
        else:
            self._plain += len(items)

    def number(self) -> int:
        parts = range(self.PARTS)
        return self._plain + sum(len({one for one in self._hashes if one % self.PARTS == part}) for part in parts)
