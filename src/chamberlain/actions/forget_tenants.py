"""Forget tenants that were disconnected for good: every row, job, entry and line of the log that speaks of them."""

import logging
import re

from chamberlain import logs
from chamberlain.audit.removal import remove_events_of
from chamberlain.jobs.port import forget_jobs
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings
from chamberlain.store import leaving
from chamberlain.store.connection import transaction

log = logging.getLogger(__name__)
SECONDS = 1.0


def forget_some(*, settings: Settings, seconds: float = SECONDS) -> None:
    """Goes on with every tenant that is to be forgotten, for about so long each."""
    for tenant, actor in leaving.marked():
        forget(tenant, actor=actor, settings=settings, seconds=seconds)


def forget(tenant: Tenant, *, actor: Actor, settings: Settings, seconds: float) -> bool:
    """Whether the tenant is gone now; otherwise call it again, from any process: nothing that was done is done again.

    actor  who asked for it: stands in the one entry that stays
    """
    with leaving.alone(tenant.id) as is_ours:
        if not is_ours:
            return False  # a reading that has not noticed yet, or another worker that forgets
        if not leaving.remove_some(tenant.id, seconds=seconds):
            return False
        logs.scrub(settings.data / "logs", _speaks_of(tenant))
        with transaction():
            forget_jobs(tenant.id)
            remove_events_of(tenant, actor=actor)
            kept = leaving.remove_rest(tenant)
    log.info("tenant %d was forgotten; %d of its people have a role elsewhere and stay", tenant.id, kept)
    return True


def _speaks_of(tenant: Tenant) -> re.Pattern[str]:
    """Matches lines of the log about the tenant."""
    words = (
        re.escape(str(tenant.guid)),
        re.escape(tenant.domain),
        rf"/t/{re.escape(tenant.slug)}/",
        rf"\btenant[= ]{tenant.id}\b",
        rf'"tenant_id": "{tenant.id}"',
    )
    return re.compile("|".join(words), re.IGNORECASE)
