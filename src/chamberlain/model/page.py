"""A stretch of a long listing."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in order, how many there are in all, and opaque cursors to the neighbouring pages.

    more  there are more than `total`; counting them all would take longer than a page may
    """

    rows: tuple[Row, ...]
    total: int
    next: str | None
    previous: str | None
    more: bool = False
