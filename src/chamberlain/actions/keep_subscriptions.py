"""Keep a tenant's subscriptions: make, renew, end.

Can be repeated: what was made at Microsoft and not written down here is cleared away first.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from chamberlain import clock
from chamberlain.actions.reaching import way_to
from chamberlain.actions.take_notices import BETWEEN_RUNS, GATHER, digest_of
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, NotFound, Upstream
from chamberlain.graph import shape
from chamberlain.graph.client import Graph, open_graph
from chamberlain.jobs.port import enqueue
from chamberlain.model.actor import SYSTEM
from chamberlain.model.capability import Capability
from chamberlain.model.notice import RESOURCES, Ended, Subscription
from chamberlain.model.tenant import Connection
from chamberlain.policy.subscribing import LIFE, Move, Step, half_of_life, moves, pause, why_deaf
from chamberlain.settings import Settings
from chamberlain.store import scopes, subscriptions, tenants, wakes
from chamberlain.store.connection import apart, transaction
from chamberlain.sync.way import Way

log = logging.getLogger(__name__)

SUBSCRIPTIONS_JOB = "keep_subscriptions"
NOTIFY, LIFECYCLE = "/graph/notify", "/graph/lifecycle"
# source  https://learn.microsoft.com/graph/api/resources/subscription (2026): `updated` also tells of what is new or
#         was deleted softly, `deleted` of what is gone for good
CHANGE_TYPE = "updated,deleted"
SECRET_BYTES = 32
DEADLINE = timedelta(minutes=1)
JOB_LOST_AFTER = timedelta(minutes=10)


def base_of(settings: Settings) -> str | None:
    """The address of ours that Microsoft is to call; None where we ask for no notices."""
    deaf = why_deaf(
        public_url=settings.public_url,
        graph_root=settings.graph_root,
        interval_minutes=settings.sync_interval_minutes,
    )
    return settings.url if deaf is None else None


def queue_due_looks(*, settings: Settings) -> None:
    """Queues a look after the subscriptions of every tenant that is due for one."""
    now = clock.now()
    with transaction():
        for tenant_id in subscriptions.claim(base=base_of(settings), now=now, again=now + JOB_LOST_AFTER):
            job = f"subscriptions:{tenant_id}:{int(now.timestamp() * 1000)}"
            enqueue(SUBSCRIPTIONS_JOB, {"tenant_id": tenant_id}, id=job, tenant_id=tenant_id)


def keep_subscriptions(tenant_id: int, *, settings: Settings) -> None:
    """Does what is to be done with a tenant's subscriptions, and says when to look again.

    What fails is kept for people to see, not raised: notices are a help, and syncs look by themselves.
    """
    connection = tenants.connection_of(tenant_id)
    if connection is None:
        return
    base = base_of(settings)
    held = subscriptions.of(tenant_id)
    resources = RESOURCES if Capability.BE_TOLD in scopes.chosen(tenant_id) else ()
    todo = moves(held, base=base, client_id=connection.client_id, now=clock.now(), resources=resources)
    failed = _Failed()
    if todo:
        try:
            with way_to(connection, settings=settings) as way:
                asyncio.run(_make(todo, connection, way=way, base=base or "", failed=failed))
        except ChamberlainError as error:  # before anything could be asked
            failed.note(error)
    _plan_next_look(tenant_id, failed)


@dataclass(slots=True)
class _Failed:
    """What did not work, all in all."""

    is_so: bool = False
    asked: timedelta | None = None

    def note(self, error: ChamberlainError) -> None:
        self.is_so = True
        if isinstance(error, Upstream) and error.again_after is not None:
            self.asked = max(self.asked or timedelta(0), error.again_after)


async def _make(todo: tuple[Move, ...], connection: Connection, *, way: Way, base: str, failed: _Failed) -> None:
    async with open_graph(way.endpoint, way.credential, ledger=way.ledger, deadline=DEADLINE) as graph:
        keeper = _Keeper(graph, connection, base)
        for move in todo:
            try:
                await keeper.make(move)
            except ChamberlainError as error:
                log.warning("tenant %d, %s of %s: %s", connection.tenant.id, move.step.value, move.resource, error)
                failed.note(error)
                told = error.code, {key: str(value) for key, value in error.data.items()}
                keep = partial(subscriptions.fail, tenant_id=connection.tenant.id, resource=move.resource)
                await _write(partial(keep, error=told))


class _Keeper:
    """Makes moves at Microsoft, then writes down what came of them."""

    def __init__(self, graph: Graph, connection: Connection, base: str) -> None:
        self._graph = graph
        self._tenant_id = connection.tenant.id
        self._client_id = connection.client_id
        self._base = base

    async def make(self, move: Move) -> None:
        match move.step, move.held:
            case Step.END, Subscription() as held:
                await self._end(held, move.why or Ended.SWITCHED_OFF)
            case Step.RENEW, Subscription(microsoft_id=str(guid)):
                await self._renew(guid, move.resource)
            case _:
                await self._open(move.resource)

    async def _open(self, resource: str) -> None:
        secret = secrets.token_urlsafe(SECRET_BYTES)
        await _write(
            lambda: subscriptions.prepare(
                tenant_id=self._tenant_id,
                resource=resource,
                digest=digest_of(secret),
                base=self._base,
                client_id=self._client_id,
            )
        )
        await self._clear(resource)
        made = await self._graph.subscribe(
            resource,
            notify=self._base + NOTIFY,
            lifecycle=self._base + LIFECYCLE,
            client_state=secret,
            expires=clock.now() + LIFE,
            change_type=CHANGE_TYPE,
        )
        await _write(lambda: self._note_opened(resource, made))

    async def _clear(self, resource: str) -> None:
        """Ends what an attempt left whose answer never reached us: nobody knows its secret any more."""
        for one in await self._graph.subscriptions():
            if (one.notification_url, one.resource) == (self._base + NOTIFY, resource):
                await self._graph.unsubscribe(one.id)

    async def _renew(self, guid: str, resource: str) -> None:
        try:
            renewed = await self._graph.renew(guid, expires=clock.now() + LIFE)
        except NotFound:
            await _write(lambda: self._note_ended(guid, resource, Ended.GONE))
            await self._open(resource)
            return
        await _write(lambda: self._hold(resource, renewed))

    async def _end(self, held: Subscription, why: Ended) -> None:
        if held.microsoft_id is not None and held.client_id == self._client_id:  # another app's is closed to us
            await self._graph.unsubscribe(held.microsoft_id)
        await _write(lambda: self._note_ended(held.microsoft_id, held.resource, why))

    def _note_opened(self, resource: str, made: shape.Subscription) -> None:
        """From now on notices are taken. What changed between the last run and now was told to nobody: one follows."""
        with transaction():
            self._hold(resource, made)
            wakes.note(tenant_id=self._tenant_id, now=clock.now(), gather=GATHER, apart=BETWEEN_RUNS, wakes=True)
            record(
                EventName.SUBSCRIPTION_CREATED,
                actor=SYSTEM,
                tenant_id=self._tenant_id,
                subject=f"subscription:{made.id}",
                resource=resource,
                expires=made.expiration_date_time,
            )

    def _hold(self, resource: str, told: shape.Subscription) -> None:
        now, expires_at = clock.now(), datetime.fromisoformat(told.expiration_date_time)
        subscriptions.hold(
            tenant_id=self._tenant_id,
            resource=resource,
            microsoft_id=told.id,
            expires_at=expires_at,
            renew_at=half_of_life(now=now, expires_at=expires_at),
        )

    def _note_ended(self, guid: str | None, resource: str, why: Ended) -> None:
        with transaction():
            subscriptions.drop(tenant_id=self._tenant_id, resource=resource)
            if guid is not None:
                record(
                    EventName.SUBSCRIPTION_ENDED,
                    actor=SYSTEM,
                    tenant_id=self._tenant_id,
                    subject=f"subscription:{guid}",
                    resource=resource,
                    reason=why.value,
                )


def _plan_next_look(tenant_id: int, failed: _Failed) -> None:
    now = clock.now()
    failures = subscriptions.failures_of(tenant_id) + 1 if failed.is_so else 0
    held = subscriptions.of(tenant_id)
    again = min((one.renew_at or now for one in held), default=None)  # now: Microsoft ended it meanwhile
    if failed.is_so:
        again = now + pause(failures=failures, asked=failed.asked)
    subscriptions.look_at(tenant_id, at=again, failures=failures)


async def _write(deed: Callable[[], None]) -> None:
    """Writes from a thread, on a connection of its own: the loop goes on meanwhile."""
    await asyncio.to_thread(apart, deed)
