"""The story of looking after a tenant's subscriptions, and what a worker's rounds do about notices."""

from collections.abc import Callable
from typing import Any

from chamberlain import clock
from chamberlain.actions import keep_subscriptions as action
from chamberlain.actions.answer_wake import answer_wake
from chamberlain.settings import Settings
from chamberlain.store import wakes

Do = Callable[..., Any]


def keep_subscriptions(do: Do, *, tenant_id: int, settings: Settings) -> None:
    """One look. Repeated after a crash it clears away what it had made and not written down."""
    do("keep", _keep, tenant_id, settings)


def look_after_subscriptions(*, settings: Settings) -> None:
    """Queues a look for every tenant that is due for one."""
    action.queue_due_looks(settings=settings)


def start_woken_syncs() -> None:
    """A run for every tenant of which something was heard."""
    for tenant_id in wakes.woken(now=clock.now()):
        answer_wake(tenant_id)


def _keep(tenant_id: int, settings: Settings) -> None:
    action.keep_subscriptions(tenant_id, settings=settings)
