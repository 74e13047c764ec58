"""Planted bugs: a measurement that cannot turn red measures nothing.

They sit below everything that could notice: in what the wire hands to readers, and between the engine and the wire.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chamberlain.graph import delta, page
from chamberlain.graph.client import Graph
from chamberlain.provision.engine import Engine
from chamberlain.provision.hand import Hand


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plants the named bug for a while; "" plants none.

    skip_page   the second page of every listing, and of every first round of a delta, is lost
    ends_early  an early end is taken for the end: pages after the first do not come
    drop_part   the longest answer of all batches that are sent together is lost

    repeat_write  the first write of each wave is sent twice
    done_unread   a step counts as done as soon as it was sent, whatever the tenant shows
    lose_write    the first write of each wave is not sent, and counts as done without being read
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


@contextmanager
def _repeated_write() -> Iterator[None]:
    true_send = Hand._send

    async def send(self: Hand, sendings: Any) -> list[Any]:
        answers = await true_send(self, sendings)
        if sendings:
            await true_send(self, sendings[:1])
        return answers

    Hand._send = send  # type: ignore[method-assign]
    try:
        yield
    finally:
        Hand._send = true_send  # type: ignore[method-assign]


@contextmanager
def _unread() -> Iterator[None]:
    true_look = Engine._look

    def look(self: Engine, *, is_busy: bool) -> None:  # noqa: ARG001 - the method's own signature
        self._end([self._proved(one.step, one.step.expected, looks=1) for one in self._looking.values()])

    Engine._look = look  # type: ignore[method-assign]
    try:
        yield
    finally:
        Engine._look = true_look  # type: ignore[method-assign]


@contextmanager
def _lost_write() -> Iterator[None]:
    true_send = Hand._send

    async def send(self: Hand, sendings: Any) -> list[Any]:
        return [*([None] if sendings else []), *await true_send(self, sendings[1:])]

    Hand._send = send  # type: ignore[method-assign]
    try:
        with _unread():
            yield
    finally:
        Hand._send = true_send  # type: ignore[method-assign]


def _is_last(one: Any) -> bool:
    return getattr(one, "delta_link", None) is not None


PLANTS: dict[str, Callable[[], Any]] = {
    "skip_page": lambda: _lost_pages(lambda number, one: number != 2 or _is_last(one)),
    "ends_early": lambda: _lost_pages(lambda number, one: number == 1 or _is_last(one)),
    "drop_part": _lost_part,
    "repeat_write": _repeated_write,
    "done_unread": _unread,
    "lose_write": _lost_write,
}
