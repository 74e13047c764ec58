"""Seats of a licence."""

from typing import Any

import pytest

from chamberlain.policy.seats import taken_seats, usable_seats


@pytest.mark.parametrize(
    ("facts", "usable", "taken"),
    [
        ({"enabled": 25, "warning": 0, "suspended": 0, "consumed": 14}, 25, 14),
        ({"enabled": 212, "warning": 212, "consumed": 372}, 424, 372),
        ({"enabled": 0, "warning": 10, "suspended": 5, "consumed": 11}, 10, 11),
        ({}, None, 0),
    ],
)
def test_seats_in_grace_can_be_used_and_suspended_ones_cannot(
    facts: dict[str, Any], usable: int | None, taken: int
) -> None:
    assert (usable_seats(facts), taken_seats(facts)) == (usable, taken)
