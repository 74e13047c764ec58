"""How old is what we show of a tenant, kind by kind, and how sure it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chamberlain.model.actor import Actor
from chamberlain.model.kind import Family
from chamberlain.model.merged import ACCOUNTS, name_of
from chamberlain.model.run import Count, Run
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.queries.connections import Integration, find_integration
from chamberlain.settings import load
from chamberlain.store import coverage, runs
from chamberlain.store.coverage import Looked

# What is listed, and what proofs count of it. Service plans are read with licences.
KINDS = (
    (ACCOUNTS, "users"),
    (name_of(Family.GROUP), "groups"),
    (name_of(Family.ROLE), ""),
    (name_of(Family.LICENCE), ""),
    (name_of(Family.APP_ROLE), ""),
)
APART = name_of(Family.DYNAMIC_DISTRIBUTION)


@dataclass(frozen=True, slots=True)
class KindOfData:
    """How old one kind of data is.

    what    "accounts", or the name of a family in small letters
    looked  None where it was never read to the end
    count   Microsoft's count beside ours, as the last proof found them
    """

    what: str
    looked: Looked | None
    count: Count | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a tenant's data is.

    apart    what Exchange alone tells; without it nothing else is missing
    proved   the last run that was proved
    next_at  when the next sync is due; None where one is running, or nothing is scheduled
    """

    integration: Integration | None
    kinds: tuple[KindOfData, ...]
    apart: KindOfData
    proved: Run | None
    next_at: datetime | None

    @property
    def is_read(self) -> bool:
        """Whether anything was ever read to the end."""
        return any(kind.looked for kind in self.kinds)


def show_freshness(*, viewer: Actor, tenant: Tenant) -> Freshness:
    """How old everything is, and when it will be looked at again."""
    require(viewer, Deed.SEE_CONNECTION, tenant_id=tenant.id)
    looked = coverage.read(tenant_id=tenant.id)
    proved = runs.latest_proved(tenant_id=tenant.id)
    counts = {one.what: one for one in proved.proof.counts} if proved and proved.proof else {}
    integration = find_integration(viewer=viewer, tenant=tenant)
    return Freshness(
        integration=integration,
        kinds=tuple(KindOfData(what, looked.get(what), counts.get(counted)) for what, counted in KINDS),
        apart=KindOfData(APART, looked.get(APART), None),
        proved=proved,
        next_at=_next_at(integration, every=timedelta(minutes=load().sync_interval_minutes)),
    )


def _next_at(integration: Integration | None, *, every: timedelta) -> datetime | None:
    """As work/schedule.py starts them: so long after the last one was asked for, whatever became of it."""
    if integration is None or integration.running or not every:
        return None
    last = integration.last_run
    return last.queued_at + every if last else integration.connection.connected_at
