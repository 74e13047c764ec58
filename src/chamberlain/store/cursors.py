"""Delta links: where changes are read from next. Merges write them, together with what they were read for."""

from collections.abc import Sequence

from django.db import connection

from chamberlain.model.cursor import Cursor
from chamberlain.store.connection import rows

READ = "SELECT stream, link, issued_at, made_with FROM sync_cursor WHERE tenant_id = %(tenant)s ORDER BY stream"
FORGET = "DELETE FROM sync_cursor WHERE tenant_id = %(tenant)s AND stream = ANY (%(streams)s)"


def read(*, tenant_id: int) -> dict[str, Cursor]:
    """The delta links of a tenant, by stream."""
    return {row["stream"]: Cursor(**row) for row in rows(READ, {"tenant": tenant_id})}


def forget(*, tenant_id: int, streams: Sequence[str]) -> None:
    """Drops links that lead nowhere any more, so that the next run reads in full."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"tenant": tenant_id, "streams": list(streams)})
