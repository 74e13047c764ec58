"""What a merge has counted, see schema/speed.sql. A tenant without a merge has no figures: then all is counted anew."""

from typing import Any

from chamberlain.store.connection import rows
from chamberlain.store.merging.figures import MOST_DEPARTMENTS

# Bits of `account.cell`.
LICENSED, ADMIN, GUEST, BLOCKED = 1, 2, 4, 8
CELLS = tuple(range(16))

__all__ = ["ADMIN", "BLOCKED", "CELLS", "GUEST", "LICENSED", "MOST_DEPARTMENTS", "kinds", "licences", "people"]

PEOPLE = """
    SELECT cell, people FROM people_figure WHERE tenant_id = %(tenant)s AND department IS NULL
      AND EXISTS (SELECT FROM tenant_figure WHERE tenant_id = %(tenant)s)
    UNION ALL
    SELECT cell, count(*) FROM account
    WHERE tenant_id = %(tenant)s AND gone_at IS NULL AND cell IS NOT NULL
      AND NOT EXISTS (SELECT FROM tenant_figure WHERE tenant_id = %(tenant)s)
    GROUP BY cell
"""


def people(*, tenant_id: int) -> dict[str, int]:
    """People, guests, blocked, admins, and blocked people who still hold a licence."""
    cells = {row["cell"]: row["people"] for row in rows(PEOPLE, {"tenant": tenant_id})}

    def having(bits: int) -> int:
        return sum(number for cell, number in cells.items() if cell & bits == bits)

    return {
        "people": having(0),
        "guests": having(GUEST),
        "blocked": having(BLOCKED),
        "admins": having(ADMIN),
        "blocked_with_licence": having(BLOCKED | LICENSED),
    }


def kinds(*, tenant_id: int) -> dict[str, int] | None:
    """How many permissions of each kind there are; None where nothing was counted."""
    found = rows("SELECT kinds FROM tenant_figure WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    return found[0]["kinds"] if found else None


def licences(*, tenant_id: int) -> dict[int, tuple[int, int]] | None:
    """By licence: seats of blocked accounts, people in error; None where nothing was counted."""
    found = rows("SELECT licences FROM tenant_figure WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    if not found:
        return None
    told: dict[str, Any] = found[0]["licences"]
    return {int(id_): (blocked, errors) for id_, (blocked, errors) in told.items()}
