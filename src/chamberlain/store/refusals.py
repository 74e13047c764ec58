"""The last things that Microsoft refused, tenant by tenant."""

from collections.abc import Sequence
from typing import Any

import psycopg

from chamberlain.model.refusal import Refusal
from chamberlain.store.models import RefusalRow

MOST_KEPT = 20
KEEP = """
    INSERT INTO refusal (tenant_id, at, code, path, status, request_id)
    SELECT %(tenant_id)s, %(at)s, %(code)s, %(path)s, %(status)s, %(request_id)s
    WHERE EXISTS (SELECT FROM tenant WHERE id = %(tenant_id)s)
"""
TRIM = """
    DELETE FROM refusal WHERE tenant_id = %(tenant_id)s AND id <= (
        SELECT id FROM refusal WHERE tenant_id = %(tenant_id)s ORDER BY id DESC OFFSET %(most)s LIMIT 1)
"""


def keep(own: "psycopg.Connection[Any]", *, tenant_id: int, refusals: Sequence[Refusal]) -> None:
    """Keeps these and, with them, the last twenty; on a connection of the caller's."""
    for one in refusals:
        values = {"at": one.at, "code": one.code, "path": one.path, "status": one.status, "request_id": one.request_id}
        own.execute(KEEP, {"tenant_id": tenant_id, **values})
    own.execute(TRIM, {"tenant_id": tenant_id, "most": MOST_KEPT})


def latest(tenant_id: int) -> tuple[Refusal, ...]:
    """The last ones, newest first."""
    return tuple(row.value() for row in RefusalRow.objects.filter(tenant_id=tenant_id).order_by("-id")[:MOST_KEPT])
