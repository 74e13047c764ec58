"""When accounts and each family of permissions were looked at."""

from dataclasses import dataclass
from datetime import datetime

from chamberlain.store.connection import rows

READ = "SELECT what, since, complete_at, seen_at FROM coverage WHERE tenant_id = %(tenant)s"


@dataclass(frozen=True, slots=True)
class Looked:
    """Times at which something was looked at.

    since        the first complete listing: before it nothing is known
    complete_at  the last complete listing
    seen_at      the last look, be it at changes only: open grants were last seen then
    """

    since: datetime
    complete_at: datetime
    seen_at: datetime


def read(*, tenant_id: int) -> dict[str, Looked]:
    """By model.merged.ACCOUNTS or the name of a family in small letters; what was never listed whole is missing."""
    return {
        row["what"]: Looked(row["since"], row["complete_at"], row["seen_at"])
        for row in rows(READ, {"tenant": tenant_id})
    }
