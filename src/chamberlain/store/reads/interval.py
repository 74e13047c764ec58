"""The same question about the present and about a time in the past: grants are intervals."""

import re
from datetime import datetime

OPEN_NOW = re.compile(r"(\w+)\.closed_at IS NULL")


def as_of(statement: str, at: datetime | None) -> str:
    """The statement about a time: where it asks for grants that are open, it asks for those that were open then.

    at  None: the statement as it is; otherwise the value of its placeholder `at`
    """
    if at is None:
        return statement
    return OPEN_NOW.sub(r"\1.opened_at <= %(at)s AND (\1.closed_at IS NULL OR \1.closed_at > %(at)s)", statement)
