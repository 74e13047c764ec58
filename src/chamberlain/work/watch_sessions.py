"""Now and then: has Microsoft told of somebody who is signed in here?"""

from chamberlain.actions.end_sessions_of_leavers import look_at_noticed
from chamberlain.settings import Settings


class SessionWatch:
    """Called in every round of a worker: a run may take long, or wait for another, and these people may not."""

    def __init__(self, *, settings: Settings) -> None:
        self._settings = settings

    def __call__(self) -> None:
        """Looks at those who were told of; mostly there is nobody."""
        look_at_noticed(settings=self._settings)
