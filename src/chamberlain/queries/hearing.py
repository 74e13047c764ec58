"""How changes of tenants reach us: by Microsoft's notices, or by looking now and then."""

from collections.abc import Collection

from chamberlain.model.actor import Actor
from chamberlain.model.capability import Capability
from chamberlain.model.notice import Deaf, Hearing
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.subscribing import why_deaf
from chamberlain.settings import load
from chamberlain.store import scopes, subscriptions, wakes

NOTHING_HEARD = wakes.Heard(None, 0, 0)


def show_hearings(*, viewer: Actor, tenant_ids: Collection[int]) -> dict[int, Hearing]:
    """How each of these tenants is listened to."""
    for tenant_id in tenant_ids:
        require(viewer, Deed.SEE_CONNECTION, tenant_id=tenant_id)
    settings, held, heard = load(), subscriptions.by_tenant(), wakes.heard()
    deaf = why_deaf(
        public_url=settings.public_url,
        graph_root=settings.graph_root,
        interval_minutes=settings.sync_interval_minutes,
    )
    silent = scopes.tenants_without(Capability.BE_TOLD)
    found = {}
    for tenant_id in tenant_ids:
        told = heard.get(tenant_id, NOTHING_HEARD)
        found[tenant_id] = Hearing(
            deaf=deaf or (Deaf.NOT_CHOSEN if tenant_id in silent else None),
            base=settings.url,
            looks_every=settings.sync_interval_minutes,
            subscriptions=held.get(tenant_id, ()),
            heard_at=told.at,
            heard=told.heard,
            ignored=told.ignored,
        )
    return found
