"""What is known of licences before somebody gets them: their service plans, and what Microsoft refused before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chamberlain.store.connection import rows

PLANS = """
    SELECT l.key, s.guid::text AS plan, s.name FROM permission l
    JOIN permission s ON s.tenant_id = l.tenant_id AND s.family = 5 AND s.parent = l.guid AND s.gone_at IS NULL
    WHERE l.tenant_id = %(tenant)s AND l.family = 3 AND l.key = ANY (%(keys)s)
"""
# Somebody should have had it, Microsoft says that services exclude each other, and they have one other licence.
CLASHES = """
    WITH clashing AS (
        SELECT id FROM qualifier WHERE tenant_id = %(tenant)s AND content ->> 'error' = 'MutuallyExclusiveViolation'),
    refused AS (
        SELECT p.key, g.holder_id, p.id FROM permission p
        JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.closed_at IS NULL
                     AND g.qualifier_id IN (SELECT id FROM clashing)
        WHERE p.tenant_id = %(tenant)s AND p.key = ANY (%(keys)s) LIMIT 1000)
    SELECT r.key, min(o.key) AS beside FROM refused r
    JOIN grants h ON h.tenant_id = %(tenant)s AND h.holder_id = r.holder_id AND h.permission_id <> r.id
                 AND h.closed_at IS NULL AND h.qualifier_id NOT IN (SELECT id FROM clashing)
    JOIN permission o ON o.tenant_id = %(tenant)s AND o.id = h.permission_id AND o.family = 3
    GROUP BY r.key, r.holder_id HAVING count(DISTINCT o.key) = 1
"""
# What became last of each change to them, where Microsoft said why it did not take it.
REFUSED = """
    SELECT verb, subject, permission, failure -> 1 ->> 'said' AS said FROM (
        SELECT DISTINCT ON (s.verb, s.subject, s.permission) s.verb, s.subject, s.permission, s.state, s.failure
        FROM plan_step s
        WHERE s.tenant_id = %(tenant)s AND s.subject = ANY (%(subjects)s) AND s.ended_at >= %(since)s
        ORDER BY s.verb, s.subject, s.permission, s.ended_at DESC, s.id DESC) AS last
    WHERE state IN ('needs_person', 'skipped') AND failure ->> 0 = 'write_not_taken' AND failure -> 1 ->> 'said' <> ''
"""


def plans_of(*, tenant_id: int, licences: Iterable[str]) -> dict[str, dict[str, str]]:
    """By licence, the names of its service plans by their ids."""
    found: dict[str, dict[str, str]] = {}
    for row in _of_keys(PLANS, tenant_id, licences):
        found.setdefault(row["key"], {})[row["plan"]] = row["name"]
    return found


def clashes(*, tenant_id: int, licences: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Which of these Microsoft did not give to somebody who has which other one."""
    return frozenset((row["key"], row["beside"]) for row in _of_keys(CLASHES, tenant_id, licences))


def refused(*, tenant_id: int, subjects: Iterable[str], since: datetime) -> dict[tuple[str, str, str], str]:
    """What Microsoft said of changes to these that it refused, by verb, subject and permission."""
    found = rows(REFUSED, {"tenant": tenant_id, "subjects": [*subjects], "since": since})
    return {(row["verb"], row["subject"], row["permission"]): row["said"] for row in found}


def _of_keys(statement: str, tenant_id: int, licences: Iterable[str]) -> list[dict[str, Any]]:
    keys = [*licences]
    return rows(statement, {"tenant": tenant_id, "keys": keys}) if keys else []
