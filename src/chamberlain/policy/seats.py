"""How many seats of a licence can be used, and how many are, by what Microsoft tells of it.

source  https://learn.microsoft.com/graph/api/resources/licenseunitsdetail (2026): those in grace (`warning`) can be
        used, and those that are suspended cannot
"""

from collections.abc import Mapping
from typing import Any


def usable_seats(facts: Mapping[str, Any]) -> int | None:
    """Seats that can be used, those in grace included; None where nothing is known of them."""
    enabled = facts.get("enabled")
    return enabled + int(facts.get("warning") or 0) if isinstance(enabled, int) else None


def taken_seats(facts: Mapping[str, Any]) -> int:
    """Seats in use; more than there are where a licence is over-assigned."""
    return int(facts.get("consumed") or 0)
