"""When accounts were last used: what sources said, page by page, and how far each of them was read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from chamberlain.model.activity import Activity, ActivitySeen, LastUsed, Source, Unknown, WhyUnknown
from chamberlain.model.capability import Capability
from chamberlain.store.connection import rows, transaction

# Once its people are known, a tenant is due at first, when its time has come, and when a missing scope was granted;
# never where somebody chose, and left it out.
CLAIM = """
    INSERT INTO activity_pass AS p (tenant_id, source, asked_at, look_at)
    SELECT c.tenant_id, %(source)s, %(now)s, %(again)s
    FROM connection c LEFT JOIN activity_pass k ON k.tenant_id = c.tenant_id AND k.source = %(source)s
    WHERE EXISTS (SELECT FROM coverage v WHERE v.tenant_id = c.tenant_id AND v.what = 'accounts')
      AND (k.tenant_id IS NULL OR k.look_at <= %(now)s OR (
           k.reason = 'scope_missing' AND EXISTS (
               SELECT FROM connection_scope s
               WHERE s.tenant_id = c.tenant_id AND s.scope = %(scope)s AND s.lost_at IS NULL AND s.since > k.asked_at)))
      AND NOT EXISTS (SELECT FROM capability_choice h
                      WHERE h.tenant_id = c.tenant_id AND NOT h.capabilities @> %(capability)s::jsonb)
    ON CONFLICT (tenant_id, source) DO UPDATE SET look_at = EXCLUDED.look_at, asked_at = EXCLUDED.asked_at
    RETURNING tenant_id
"""
PLACE = """
    SELECT link, began_at, read_at, reason IS NOT NULL AS is_refused FROM activity_pass
    WHERE tenant_id = %(tenant)s AND source = %(source)s
"""
KEEP = """
    INSERT INTO activity (tenant_id, account_id, source, last_used_at, succeeded, read_at)
    SELECT %(tenant)s, a.id, %(source)s, s.at, s.succeeded, %(now)s
    FROM unnest(%(guids)s::uuid[], %(times)s::timestamptz[], %(succeeded)s::boolean[]) AS s (guid, at, succeeded)
    JOIN account a ON a.tenant_id = %(tenant)s AND a.guid = s.guid
    ON CONFLICT (tenant_id, account_id, source)
    DO UPDATE SET last_used_at = EXCLUDED.last_used_at, succeeded = EXCLUDED.succeeded, read_at = EXCLUDED.read_at
"""
MOVE = """
    UPDATE activity_pass SET link = %(link)s, began_at = %(began)s, reason = NULL,
        read_at = CASE WHEN %(link)s::text IS NULL THEN %(now)s ELSE read_at END
    WHERE tenant_id = %(tenant)s AND source = %(source)s
"""
REST = """
    UPDATE activity_pass SET look_at = %(at)s, reason = coalesce(%(reason)s::text, reason),
        link = CASE WHEN %(anew)s THEN NULL ELSE link END
    WHERE tenant_id = %(tenant)s AND source = %(source)s
"""
OF = """
    SELECT x.last_used_at, x.succeeded, x.read_at, p.reason,
        EXISTS (SELECT FROM capability_choice h
                WHERE h.tenant_id = %(tenant)s AND NOT h.capabilities @> %(capability)s::jsonb) AS is_off
    FROM (SELECT %(account)s::bigint AS id) AS one
    LEFT JOIN activity x ON x.tenant_id = %(tenant)s AND x.account_id = one.id AND x.source = %(source)s
    LEFT JOIN activity_pass p ON p.tenant_id = %(tenant)s AND p.source = %(source)s
"""
CAPABILITY = json.dumps([Capability.LAST_ACTIVITY.value])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pass stands.

    link        the page that comes next; None before the first, and after the last
    began_at    of the pass that is on its way, or of the last one
    read_at     when one was last read to its end
    is_refused  whether the source said no the last time
    """

    link: str | None
    began_at: datetime | None
    read_at: datetime | None
    is_refused: bool


def claim(*, source: Source, scope: str, now: datetime, again: datetime) -> tuple[int, ...]:
    """Tenants of which the source is to be read now; nobody else gets them before `again`.

    scope  what is needed: where it was missing and was granted since, the tenant is due at once
    """
    values = {"source": source.value, "scope": scope, "now": now, "again": again, "capability": CAPABILITY}
    return tuple(row["tenant_id"] for row in rows(CLAIM, values))


def place_of(tenant_id: int, *, source: Source) -> Place | None:
    """How far a source was read; None where nobody has begun."""
    found = rows(PLACE, {"tenant": tenant_id, "source": source.value})
    return Place(**found[0]) if found else None


def keep(
    tenant_id: int, seen: Sequence[ActivitySeen], *, source: Source, link: str | None, began_at: datetime, now: datetime
) -> None:
    """Keeps a page and where the next one is, in one transaction. Who is not known yet is left for the next pass.

    link  None after the last page
    """
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "source": source.value,
        "guids": [one.guid for one in seen],
        "times": [one.at for one in seen],
        "succeeded": [one.succeeded for one in seen],
        "link": link,
        "began": began_at,
        "now": now,
    }
    with transaction(), connection.cursor() as cursor:
        cursor.execute(KEEP, values)
        cursor.execute(MOVE, values)


def rest(
    tenant_id: int, *, source: Source, until: datetime, reason: WhyUnknown | None = None, anew: bool = False
) -> None:
    """Not to be asked before then.

    reason  why it was refused, if it was
    anew    then from the first page
    """
    told = reason.value if reason else None
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "source": source.value,
        "at": until,
        "reason": told,
        "anew": anew,
    }
    with connection.cursor() as cursor:
        cursor.execute(REST, values)


def of(tenant_id: int, account_id: int, *, source: Source) -> Activity:
    """What a source says of an account."""
    values = {"tenant": tenant_id, "account": account_id, "source": source.value, "capability": CAPABILITY}
    row = rows(OF, values)[0]
    if row["last_used_at"] is not None:
        return LastUsed(row["last_used_at"], source, row["succeeded"], row["read_at"])
    if row["read_at"] is not None:
        return Unknown(WhyUnknown.NO_RECORD, source, row["read_at"])
    if row["is_off"]:
        return Unknown(WhyUnknown.NOT_CHOSEN, source)
    return Unknown(WhyUnknown(row["reason"] or WhyUnknown.NOT_READ.value), source)
