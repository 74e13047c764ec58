"""What the last reading left out though an earlier one told it: shown with the time when it was read, never as the
present. So far only what Exchange alone tells can be left out by itself.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chamberlain.model.kind import Family
from chamberlain.model.merged import name_of
from chamberlain.store import coverage

APART = Family.DYNAMIC_DISTRIBUTION


def is_told(*, tenant_id: int) -> bool:
    """Whether Exchange ever told what it alone knows; until then that is unknown, not absent."""
    return name_of(APART) in coverage.read(tenant_id=tenant_id)


def unread_since(*, tenant_id: int, rows: Iterable[Mapping[str, Any]]) -> Mapping[int, datetime]:
    """By family, when it was read last, of those of these permissions that are older than the newest reading."""
    if all(row["family"] != APART for row in rows):
        return {}
    looked = coverage.read(tenant_id=tenant_id)
    own = looked.get(name_of(APART))
    newest = max((one.seen_at for one in looked.values()), default=None)
    return {} if own is None or own.seen_at == newest else {int(APART): own.seen_at}
