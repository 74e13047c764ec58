"""Planted bugs: a measurement that cannot turn red measures nothing.

They sit below everything that could notice: in what the wire hands to readers.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chamberlain.graph import delta, page
from chamberlain.graph.client import Graph


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plants the named bug for a while; "" plants none.

    skip_page   the second page of every listing, and of every first round of a delta, is lost
    ends_early  an early end is taken for the end: pages after the first do not come
    drop_part   the longest answer of all batches that are sent together is lost
    """
    if name == "":
        yield
        return
    if name not in PLANTS:
        raise ValueError(f"there is no plant called {name}")
    with PLANTS[name]():
        yield


@contextmanager
def _lost_pages(keeps: Callable[[int, Any], bool]) -> Iterator[None]:
    true_listing, true_round = page._listing, delta._round

    def losing(pages: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
        async def kept(*values: Any) -> AsyncIterator[Any]:
            number = 0
            async for one in pages(*values):
                number += 1
                if keeps(number, one):
                    yield one

        return kept

    page._listing, delta._round = losing(true_listing), losing(true_round)
    try:
        yield
    finally:
        page._listing, delta._round = true_listing, true_round


@contextmanager
def _lost_part() -> Iterator[None]:
    true_get_many = Graph.get_many

    async def get_many(self: Graph, paths: Any, shape: Any, **named: Any) -> list[Any]:
        answers: list[Any] = await true_get_many(self, paths, shape, **named)
        lengths = [len(one.value) if isinstance(one, page.Page) else 0 for one in answers]
        if any(lengths):
            answers[lengths.index(max(lengths))] = page.Page(value=[])
        return answers

    Graph.get_many = get_many  # type: ignore[method-assign]
    try:
        yield
    finally:
        Graph.get_many = true_get_many  # type: ignore[method-assign]


def _is_last(one: Any) -> bool:
    return getattr(one, "delta_link", None) is not None


PLANTS: dict[str, Callable[[], Any]] = {
    "skip_page": lambda: _lost_pages(lambda number, one: number != 2 or _is_last(one)),
    "ends_early": lambda: _lost_pages(lambda number, one: number == 1 or _is_last(one)),
    "drop_part": _lost_part,
}
