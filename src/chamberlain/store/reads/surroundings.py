"""What is around those whom a plan touches: rules that may move them, other administrators, seats that lie idle."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chamberlain.policy.planning.exchange_filter import named_by
from chamberlain.store.connection import rows

# A rule mentions a property as `user.name`, a filter of Exchange by itself and perhaps by another name; it is any text,
# so the database only narrows down what the policy reads.
RULED = """
    SELECT p.key FROM permission p
    WHERE p.tenant_id = %(tenant)s AND p.family IN (1, 6) AND p.gone_at IS NULL AND p.facts ? 'dynamic'
      AND p.facts ->> 'rule' ILIKE ANY (CASE p.family WHEN 1 THEN %(patterns)s::text[] ELSE %(filters)s::text[] END)
    ORDER BY p.id LIMIT %(limit)s
"""
# Directly, or through groups: a role-assignable group has none inside it, so its direct members are all there are.
# What plans did since the tenant was read counts as well: whom they gave the role is one, whom they locked out, or took
# the role from, is none any more, also while that is under way; unless a later step took that back.
ADMINISTRATORS = """
    WITH holders AS (
        SELECT g.holder_id FROM permission p
        JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.relation = 3 AND g.closed_at IS NULL
        LEFT JOIN qualifier q ON q.tenant_id = g.tenant_id AND q.id = g.qualifier_id
        WHERE p.tenant_id = %(tenant)s AND p.key = %(role)s AND coalesce(q.content ->> 'scope', '/') = '/'),
    ways AS (
        SELECT %(role)s AS key
        UNION
        SELECT k.key FROM holders h JOIN permission k ON k.tenant_id = %(tenant)s AND k.id = h.holder_id),
    did AS (
        SELECT s.subject, s.verb, s.permission, s.ended_at, coalesce(s.ended_at, s.intended_at) AS at,
               coalesce(s.content #>> '{change,options,scope}', '/') = '/' AS is_everywhere
        FROM plan_step s
        WHERE s.tenant_id = %(tenant)s AND s.intended_at >= %(since)s
          AND s.state IN ('intended', 'called', 'proved', 'not_provable')
          AND (s.verb IN ('block', 'enable', 'delete_user', 'restore_user', 'reset_password')
               OR (s.verb IN ('assign_role', 'remove_role', 'add_member', 'remove_member')
                   AND s.permission IN (SELECT key FROM ways)))),
    everybody AS (
        SELECT holder_id FROM holders
        UNION
        SELECT m.holder_id FROM holders h
        JOIN grants m ON m.tenant_id = %(tenant)s AND m.permission_id = h.holder_id AND m.relation = 1
                     AND m.closed_at IS NULL
        UNION
        SELECT n.id FROM did d JOIN account n ON n.tenant_id = %(tenant)s AND d.subject = 'account:' || n.guid
        WHERE d.verb IN ('assign_role', 'add_member') AND d.is_everywhere AND d.ended_at IS NOT NULL)
    SELECT a.guid::text AS guid FROM everybody e
    JOIN account a ON a.tenant_id = %(tenant)s AND a.id = e.holder_id AND a.enabled AND a.gone_at IS NULL
                  AND a.type IN ('member', 'guest')
    WHERE NOT EXISTS (
        SELECT FROM did d
        WHERE d.subject = 'account:' || a.guid
          AND d.verb IN ('block', 'delete_user', 'reset_password', 'remove_role', 'remove_member')
          AND NOT EXISTS (
              SELECT FROM did b
              WHERE b.subject = d.subject AND b.ended_at > d.at
                AND ((d.verb = 'block' AND b.verb = 'enable') OR (d.verb = 'delete_user' AND b.verb = 'restore_user')
                     OR (b.permission = d.permission AND b.is_everywhere
                         AND ((d.verb = 'remove_role' AND b.verb = 'assign_role')
                              OR (d.verb = 'remove_member' AND b.verb = 'add_member'))))))
"""
# First those who are blocked, then those who were away longest; of whom nobody knows when they came, nothing is said.
IDLE = """
    SELECT p.key, one.name FROM permission p
    CROSS JOIN LATERAL (
        SELECT a.name FROM grants g
        JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id AND a.gone_at IS NULL
        LEFT JOIN activity x ON x.tenant_id = a.tenant_id AND x.account_id = a.id AND x.source = 'entra'
        WHERE g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.relation = 3 AND g.via_id = 0
          AND g.closed_at IS NULL AND (NOT a.enabled OR x.last_used_at < %(since)s)
        ORDER BY a.enabled, x.last_used_at NULLS LAST, a.id LIMIT %(limit)s) AS one
    WHERE p.tenant_id = %(tenant)s AND p.family = 3 AND p.key = ANY (%(keys)s)
"""
MOST_RULES = 2_000


def ruled_by(*, tenant_id: int, properties: Iterable[str]) -> list[str]:
    """Keys of groups whose rule or filter mentions one of these properties of people."""
    properties = frozenset(properties)
    patterns = [f"%user.{plain}%" for name in properties if (plain := _plain(name))]
    if not patterns:
        return []
    filters = [f"%{_plain(name)} -%" for name in named_by(properties)]
    found = rows(RULED, {"tenant": tenant_id, "patterns": patterns, "filters": filters, "limit": MOST_RULES})
    return [row["key"] for row in found]


def administrators(*, tenant_id: int, role: str, since: datetime) -> frozenset[str]:
    """Ids of people who hold a role in the whole tenant, directly or through a group, and may sign in.

    since  when the tenant was read: what plans did after it counts as well
    """
    values: dict[str, Any] = {"tenant": tenant_id, "role": role, "since": since}
    return frozenset(row["guid"] for row in rows(ADMINISTRATORS, values))


def idle(*, tenant_id: int, licences: Iterable[str], since: datetime, limit: int = 3) -> dict[str, tuple[str, ...]]:
    """By licence, names of a few direct holders who seem not to use it: blocked, or away since then."""
    keys = list(licences)
    values: dict[str, Any] = {"tenant": tenant_id, "keys": keys, "since": since, "limit": limit}
    found: dict[str, list[str]] = {}
    for row in rows(IDLE, values) if keys else []:
        found.setdefault(row["key"], []).append(row["name"])
    return {key: tuple(names) for key, names in found.items()}


def _plain(name: str) -> str:
    """A property's name, in which nothing is a wildcard."""
    return "".join(char for char in name if char.isalnum())
