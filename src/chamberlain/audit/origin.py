"""Where the present deed comes in from; each wing says so once, and every event of the deed carries it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from chamberlain.model.origin import Origin

SYSTEM = Origin()
_present: ContextVar[Origin] = ContextVar("origin", default=SYSTEM)


def present() -> Origin:
    """The origin of what is being done now; the system's own where nobody said."""
    return _present.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Events that are recorded inside carry this origin."""
    before = _present.set(origin)
    try:
        yield
    finally:
        _present.reset(before)
