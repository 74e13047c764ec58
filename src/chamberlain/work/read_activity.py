"""The story of reading when people last signed in, and what a worker's rounds do about it."""

from collections.abc import Callable
from typing import Any

from chamberlain.actions import read_activity as action
from chamberlain.settings import Settings

Do = Callable[..., Any]


def read_activity(do: Do, *, tenant_id: int, settings: Settings) -> None:
    """A few pages. Repeated after a crash it goes on with the page that was not kept."""
    do("read", _read, tenant_id, settings)


def start_due_readings() -> None:
    """Queues a reading for every tenant that is due for one."""
    action.queue_due_readings()


def _read(tenant_id: int, settings: Settings) -> None:
    action.read_activity(tenant_id, settings=settings)
