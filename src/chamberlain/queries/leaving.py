"""Tenants that are being forgotten, and how much of them is left."""

from dataclasses import dataclass

from chamberlain.model.actor import Actor
from chamberlain.policy.authority import Deed, may
from chamberlain.store import leaving


@dataclass(frozen=True, slots=True)
class Leaving:
    """A tenant on its way out. `left`: rows that are still there; `is_more`: or more, beyond which nobody counts."""

    name: str
    slug: str
    left: int
    is_more: bool


def list_leaving(*, viewer: Actor) -> tuple[Leaving, ...]:
    """Those that the viewer may connect and disconnect."""
    return tuple(
        Leaving(tenant.name, tenant.slug, number, number > leaving.MOST_COUNTED)
        for tenant, _ in leaving.marked()
        if may(viewer, Deed.CONNECT, tenant_id=tenant.id)
        for number in [leaving.left(tenant.id)]
    )
