"""Words for what works with which kind: rows are people and kinds of permission, columns are parts of the product."""

from dataclasses import dataclass
from enum import Enum

PEOPLE = "people"


class Area(Enum):
    """A part of the product."""

    SYNC = "sync"
    PROVISION = "provision"
    APP_STORE = "app_store"
    OFFBOARDING = "offboarding"
    REVIEWS = "reviews"
    LICENCE_MANAGEMENT = "licence_management"


class CellState(Enum):
    """How a kind stands in an area. `OFF`: nobody chose it; `NOT_MEANT`: the two have nothing to do with each other."""

    WORKS = "works"
    NEEDS = "needs"
    OFF = "off"
    NOT_YET = "not_yet"
    NOT_MEANT = "not_meant"


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind in one area.

    scopes   what it needs, or will need
    test     id of the test that shows that it works; "" where it does not
    limit    what Microsoft does not allow of it, as a sentence; "" where nothing is known
    """

    area: Area
    state: CellState
    scopes: tuple[str, ...] = ()
    test: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`subject`: PEOPLE, or the value of a kind."""

    subject: str
    cells: tuple[Cell, ...]
