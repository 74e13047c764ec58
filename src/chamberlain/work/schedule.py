"""Starts the syncs that are due."""

from datetime import timedelta

from chamberlain import clock
from chamberlain.actions.start_sync import start_sync
from chamberlain.errors import Conflict
from chamberlain.model.actor import SYSTEM
from chamberlain.model.run import Trigger
from chamberlain.settings import Settings
from chamberlain.store import runs, tenants


def start_due_syncs(*, settings: Settings) -> None:
    """One sync for every connected tenant whose last one is longer ago than the interval."""
    if settings.sync_interval_minutes == 0:
        return
    before = clock.now() - timedelta(minutes=settings.sync_interval_minutes)
    for tenant_id in runs.tenants_due(before=before):
        try:
            start_sync(actor=SYSTEM, tenant=tenants.by_id(tenant_id), trigger=Trigger.SCHEDULE)
        except Conflict:
            continue  # somebody else started it between our two looks
