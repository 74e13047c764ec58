"""Say how much of Microsoft's quotas a tenant's syncs may use."""

from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.share import checked_share
from chamberlain.store import quota
from chamberlain.store.connection import transaction


def slow_down(*, actor: Actor, tenant: Tenant, percent: int) -> int:
    """The share until now; from now on it is `percent`, also of syncs that are running: every lease asks anew.

    raises  Refused("not_allowed" | "share_unreadable")
    """
    require(actor, Deed.SLOW_DOWN, tenant_id=tenant.id)
    percent = checked_share(percent)
    with transaction():
        before = quota.slow_down(tenant.id, percent)
        if before != percent:
            record(
                EventName.QUOTA_SLOWED,
                actor=actor,
                tenant_id=tenant.id,
                subject=str(tenant.guid),
                before=before,
                after=percent,
            )
    return before
