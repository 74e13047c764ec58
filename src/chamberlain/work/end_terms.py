"""The story of what was given for a time and is over, and what a worker's rounds do about it."""

from collections.abc import Callable
from typing import Any

from chamberlain import logs
from chamberlain.actions import end_terms as action
from chamberlain.settings import Settings

Do = Callable[..., Any]


def end_terms(do: Do, *, tenant_id: int, settings: Settings) -> None:
    """One look. Repeated after a crash it finds what it had planned."""
    do("end", _end, tenant_id, settings)


def look_after_terms() -> None:
    """Queues a look for every tenant in which something is over."""
    action.queue_due_terms()


def _end(tenant_id: int, settings: Settings) -> None:
    with logs.carrying(tenant=tenant_id):
        action.end_terms(tenant_id, settings=settings)
