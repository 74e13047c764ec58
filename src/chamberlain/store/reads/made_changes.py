"""Every change that plans made or tried, newest first, whoever asked for it."""

from typing import Any

from chamberlain.model.made import AskedChanges
from chamberlain.store.connection import rows

FOUND = """
    FROM plan p JOIN plan_step s ON s.plan_id = p.id
    WHERE p.tenant_id = %(tenant)s
      AND (%(person)s = '' OR s.subject = 'account:' || lower(%(person)s) OR s.subject = lower(%(person)s)
           OR s.content ->> 'subject_name' ILIKE %(person_like)s)
      AND (%(permission)s = '' OR s.permission = %(permission)s
           OR s.content ->> 'permission_name' ILIKE %(permission_like)s)
      AND (%(actor)s = '' OR p.made_by_name ILIKE %(actor_like)s OR p.started_by_name ILIKE %(actor_like)s
           OR p.approved_by_name ILIKE %(actor_like)s)
      AND (%(verbs)s::text[] = '{}' OR s.verb = ANY (%(verbs)s::text[]))
      AND (%(states)s::text[] = '{}' OR s.state = ANY (%(states)s::text[]))
      AND (%(since)s::timestamptz IS NULL OR coalesce(s.ended_at, s.called_at, p.made_at) >= %(since)s::timestamptz)
      AND (%(until)s::timestamptz IS NULL OR coalesce(s.ended_at, s.called_at, p.made_at) <= %(until)s::timestamptz)
"""
COLUMNS = """
    p.id AS plan, s.number AS step, s.verb, s.state, s.subject, s.content ->> 'subject_name' AS subject_name,
    s.permission, s.content ->> 'permission_name' AS permission_name, s.before, s.proof, s.tries, s.failure,
    s.intended_at, s.called_at, s.ended_at, coalesce(s.ended_at, s.called_at, p.made_at) AS at, p.cause, p.reason,
    p.made_by_name, p.approved_by_name, p.started_by_name, p.simulated
"""


def page(asked: AskedChanges, *, tenant_id: int, before: tuple[int, int] | None, limit: int) -> list[dict[str, Any]]:
    """Some of them: the newest plan first, and of a plan the last step.

    before  plan and step behind which the page begins
    """
    values = {**_values(asked, tenant_id), "limit": limit}
    behind = ""
    if before is not None:
        behind = "AND p.id <= %(plan)s AND (p.id, s.number) < (%(plan)s, %(step)s)"
        values |= {"plan": before[0], "step": before[1]}
    return rows(f"SELECT {COLUMNS} {FOUND} {behind} ORDER BY p.id DESC, s.number DESC LIMIT %(limit)s", values)


def count(asked: AskedChanges, *, tenant_id: int, most: int) -> int:
    """How many there are, counted up to `most`."""
    statement = f"SELECT count(*) AS found FROM (SELECT 1 {FOUND} LIMIT %(most)s) counted"  # noqa: S608 - constants
    found: int = rows(statement, {**_values(asked, tenant_id), "most": most})[0]["found"]
    return found


def _values(asked: AskedChanges, tenant_id: int) -> dict[str, Any]:
    return {
        "tenant": tenant_id,
        "person": asked.person,
        "person_like": _like(asked.person),
        "permission": asked.permission,
        "permission_like": _like(asked.permission),
        "actor": asked.actor,
        "actor_like": _like(asked.actor),
        "verbs": list(asked.verbs),
        "states": list(asked.states),
        "since": asked.since,
        "until": asked.until,
    }


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
