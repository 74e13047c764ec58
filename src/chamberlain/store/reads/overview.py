"""A tenant in figures."""

from typing import Any

from chamberlain.store.connection import rows
from chamberlain.store.reads.people import ACTIVE_LICENCE, IS_ADMIN, PEOPLE


def figures(*, tenant_id: int) -> dict[str, Any]:
    """People, guests, blocked, admins, and blocked people who still hold a licence."""
    found = rows(
        f"""
        SELECT count(*) AS people,
               count(*) FILTER (WHERE a.type = 'guest') AS guests,
               count(*) FILTER (WHERE NOT a.enabled) AS blocked,
               count(*) FILTER (WHERE {IS_ADMIN}) AS admins,
               count(*) FILTER (WHERE NOT a.enabled AND EXISTS ({ACTIVE_LICENCE})) AS blocked_with_licence
        {PEOPLE}
        """,
        {"tenant": tenant_id},
    )
    return found[0]
