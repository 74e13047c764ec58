"""Tell that a tenant's data grows old: three syncs in a row did not come to an end. Once until one succeeds."""

from datetime import datetime, timedelta

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import SYSTEM
from chamberlain.model.message import Topic
from chamberlain.model.tenant import Connection, ConnectionState
from chamberlain.notify.post import post
from chamberlain.policy.overdue import is_overdue
from chamberlain.settings import Settings
from chamberlain.store import events, runs, tenants
from chamberlain.store.connection import transaction


def tell_overdue(*, settings: Settings) -> int:
    """Looks at every connection. One that is broken was told of already, and why.

    returns  of how many tenants was told
    """
    now, told = clock.now(), 0
    interval, synced = timedelta(minutes=settings.sync_interval_minutes), tenants.synced_by_tenant()
    for connection in tenants.all_connections():
        tenant_id = connection.tenant.id
        since = max(filter(None, (synced.get(tenant_id), connection.connected_at)))
        running_since = runs.open_run_queued_at(tenant_id)
        late = is_overdue(since=since, now=now, interval=interval, running_since=running_since)
        if late and connection.state is ConnectionState.CONNECTED:
            told += _tell(connection, since)
    return told


def _tell(connection: Connection, since: datetime) -> bool:
    tenant_id = connection.tenant.id
    with transaction():
        tenants.hold_connection(tenant_id)  # several workers may look at once
        name = EventName.SYNC_MISSED
        if events.happened(name=name.value, actor_id=SYSTEM.id, tenant_id=tenant_id, subject="connection", since=since):
            return False
        post(Topic.SYNC_OVERDUE, tenant_id=tenant_id, once=since.isoformat(), since=since.isoformat())
        record(name, actor=SYSTEM, tenant_id=tenant_id, subject="connection", since=since.isoformat())
    return True
