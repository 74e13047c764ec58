"""Licences: the catalogue of SKUs that the tenant may own, and the state in which an account holds one.

source  Microsoft's "Product names and service plan identifiers for licensing"; eleven products of it in data/skus.json
"""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec


class Plan(NamedTuple):
    """A service plan. `applies_to` is User or Company; only the first can be switched off for one person."""

    id: str
    name: str
    applies_to: str


class Sku(NamedTuple):
    """A product that is bought, with the service plans in it."""

    id: str
    part_number: str
    plans: tuple[Plan, ...]


class Subscription(NamedTuple):
    """How many seats of a SKU the tenant has bought."""

    sku: Sku
    enabled: int
    warning: int


class State(Enum):
    """State of one assignment path; the first two mean that the person holds the licence."""

    ACTIVE = "Active"
    ACTIVE_WITH_ERROR = "ActiveWithError"
    DISABLED = "Disabled"
    ERROR = "Error"


HOLDING = frozenset({State.ACTIVE, State.ACTIVE_WITH_ERROR})


class LicenceState(NamedTuple):
    """One row of licenseAssignmentStates. `by_group` is the group's index, None for a direct assignment."""

    sku_id: str
    disabled_plans: tuple[str, ...]
    by_group: int | None
    state: State
    error: str
    updated: str


class Settled(NamedTuple):
    """How the licence of a group arrived at a member when it was last gone through."""

    state: State
    error: str
    updated: str

    def applied(self, state: LicenceState) -> LicenceState:
        """The path as it was left."""
        return state._replace(state=self.state, error=self.error, updated=self.updated)


class _Entry(msgspec.Struct, rename="camel"):
    sku_id: str
    sku_part_number: str
    plans: list[tuple[str, str, str]]


@cache
def catalogue() -> Mapping[str, Sku]:
    """Every SKU the population uses, by part number, in the order of the file."""
    text = resources.files(__package__).joinpath("data/skus.json").read_bytes()
    return {
        entry.sku_part_number: Sku(entry.sku_id, entry.sku_part_number, tuple(Plan(*plan) for plan in entry.plans))
        for entry in msgspec.json.decode(text, type=list[_Entry])
    }
