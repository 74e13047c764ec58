"""Planted bugs: a measurement that cannot turn red measures nothing."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from chamberlain.graph import page
from chamberlain.kinds import groups, licences, people, products, roles

READERS = (groups, licences, people, products, roles)


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plants the named bug for a while; "" plants none.

    skip_page  the second page of every listing is lost
    """
    if name == "":
        yield
        return
    if name != "skip_page":
        raise ValueError(f"there is no plant called {name}")
    true_pages = page.pages

    async def pages_but_second(*values: Any, **named: Any) -> AsyncIterator[Any]:
        number = 0
        async for one in true_pages(*values, **named):
            number += 1
            if number != 2:
                yield one

    for reader in READERS:
        reader.pages = pages_but_second  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for reader in READERS:
            reader.pages = true_pages  # type: ignore[attr-defined]
