"""Whether this process can serve. Anybody may ask: it tells yes or no, and no secret."""

from dataclasses import dataclass
from enum import Enum

from chamberlain.jobs.life import workers_alive
from chamberlain.store.reads import readiness as reads


class Verdict(Enum):
    """ready; degraded: pages work, but no worker does what waits; unready: send nobody here."""

    READY = "ready"
    DEGRADED = "degraded"
    UNREADY = "unready"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was looked at."""

    database: bool
    schema: bool
    key: bool
    worker: bool

    @property
    def verdict(self) -> Verdict:
        """All in one word."""
        if not (self.database and self.schema and self.key):
            return Verdict.UNREADY
        return Verdict.READY if self.worker else Verdict.DEGRADED


def check_readiness() -> Readiness:
    """Looks now."""
    if not reads.database_answers():
        return Readiness(database=False, schema=False, key=False, worker=False)
    if not reads.is_migrated():
        return Readiness(database=True, schema=False, key=False, worker=False)
    return Readiness(database=True, schema=True, key=reads.key_fits(), worker=workers_alive() > 0)
