"""A tenant in figures."""

from typing import Any

from chamberlain.store.reads import figures as counted


def figures(*, tenant_id: int) -> dict[str, Any]:
    """People, guests, blocked, admins, and blocked people who still hold a licence."""
    return counted.people(tenant_id=tenant_id)
