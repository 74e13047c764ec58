"""Now and then: are there credentials that end soon?"""

import time

from chamberlain.actions.tell_expiries import tell_expiries

SECONDS_BETWEEN_LOOKS = 600.0


class CredentialWatch:
    """Called in every round of a worker, looks every ten minutes."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self) -> None:
        """Looks, where it is time."""
        if time.monotonic() >= self._next:
            tell_expiries()
            self._next = time.monotonic() + SECONDS_BETWEEN_LOOKS
