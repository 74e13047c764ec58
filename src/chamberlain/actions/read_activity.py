"""Read when people last signed in: a few pages at a time, beside syncs and never in one.

Can be interrupted and repeated anywhere: each page is kept together with where the next one is.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from chamberlain import clock
from chamberlain.actions.reaching import way_to
from chamberlain.errors import ChamberlainError, Refused, Upstream
from chamberlain.graph.client import open_graph
from chamberlain.jobs.port import enqueue
from chamberlain.kinds.activity import read_page
from chamberlain.model.activity import Source, WhyUnknown
from chamberlain.model.capability import Capability
from chamberlain.settings import Settings
from chamberlain.store import activity, scopes, tenants
from chamberlain.store.activity import Place
from chamberlain.store.connection import apart, transaction
from chamberlain.sync.way import Way

log = logging.getLogger(__name__)

ACTIVITY_JOB = "read_activity"
SCOPE = "AuditLog.Read.All"
EVERY = timedelta(days=1)
PAGES_A_JOB = 10  # what Microsoft gives in a minute: a job ends soon, and syncs of the tenant take their turn
BETWEEN_JOBS = timedelta(minutes=1)
AFTER_FAILURE = timedelta(hours=1)
JOB_LOST_AFTER = timedelta(minutes=10)
DEADLINE = timedelta(minutes=1)
PLACE_LOST = frozenset({"page_expired", "microsoft_refused"})  # a link that Microsoft does not take any more
REASONS = {"scope_missing": WhyUnknown.SCOPE_MISSING, "premium_missing": WhyUnknown.PREMIUM_MISSING}


def queue_due_readings() -> None:
    """Queues a reading for every tenant that is due for one: once a day, or when the missing scope was granted."""
    now = clock.now()
    with transaction():
        for tenant_id in activity.claim(source=Source.ENTRA, scope=SCOPE, now=now, again=now + JOB_LOST_AFTER):
            job = f"activity:{tenant_id}:{int(now.timestamp() * 1000)}"
            enqueue(ACTIVITY_JOB, {"tenant_id": tenant_id}, id=job, tenant_id=tenant_id)


def read_activity(tenant_id: int, *, settings: Settings) -> None:
    """Reads the next pages of a tenant, and says when to go on. What fails is kept for people to see, not raised."""
    connection = tenants.connection_of(tenant_id)
    place = activity.place_of(tenant_id, source=Source.ENTRA)
    now = clock.now()
    if connection is None or place is None or Capability.LAST_ACTIVITY not in scopes.chosen(tenant_id):
        return
    began_at = place.began_at if place.link and place.began_at else now
    if _is_fresh(place, now=now):
        activity.rest(tenant_id, source=Source.ENTRA, until=(place.began_at or now) + EVERY)
        return
    try:
        with way_to(connection, settings=settings) as way:
            is_over = asyncio.run(_read(tenant_id, way, link=place.link, began_at=began_at))
    except ChamberlainError as error:
        log.warning("last sign-ins of tenant %d cannot be read: %s", tenant_id, error)
        _rest_after(tenant_id, error)
        return
    until = began_at + EVERY if is_over else clock.now() + BETWEEN_JOBS
    activity.rest(tenant_id, source=Source.ENTRA, until=until)


def _is_fresh(place: Place, *, now: datetime) -> bool:
    """Whether a pass was just read to its end: this job was queued twice."""
    if place.link is not None or place.is_refused or place.read_at is None or place.began_at is None:
        return False
    return now - place.began_at < EVERY


async def _read(tenant_id: int, way: Way, *, link: str | None, began_at: datetime) -> bool:
    """Whether the last page was read."""
    async with open_graph(way.endpoint, way.credential, ledger=way.ledger, deadline=DEADLINE) as graph:
        for _ in range(PAGES_A_JOB):
            page = await read_page(graph, link)
            link = page.next
            keep = partial(activity.keep, tenant_id, page.seen, source=Source.ENTRA, link=link, began_at=began_at)
            await asyncio.to_thread(apart, partial(keep, now=clock.now()))
            if link is None:
                return True
    return False


def _rest_after(tenant_id: int, error: ChamberlainError) -> None:
    """Until when, and whether the place in the listing is lost."""
    now = clock.now()
    reason = REASONS.get(error.code) if isinstance(error, Refused) else None
    if reason is not None:
        activity.rest(tenant_id, source=Source.ENTRA, until=now + EVERY, reason=reason, anew=True)
        return
    asked = error.again_after if isinstance(error, Upstream) else None
    is_lost = error.code in PLACE_LOST
    wait = BETWEEN_JOBS if is_lost else asked or AFTER_FAILURE
    activity.rest(tenant_id, source=Source.ENTRA, until=now + wait, anew=is_lost)
