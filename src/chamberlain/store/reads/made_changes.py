"""Every change that plans made or tried, newest first, whoever asked for it."""

from typing import Any
from uuid import UUID

from chamberlain.model.made import AskedChanges
from chamberlain.store.connection import rows

FOUND = "FROM plan p JOIN plan_step s ON s.plan_id = p.id WHERE p.tenant_id = %(tenant)s AND s.tenant_id = %(tenant)s"
AT = "coalesce(s.ended_at, s.called_at, p.made_at)"
# Only what was asked for is written into the statement: by an object id a person's changes come from an index.
NARROWED = {
    "person_id": "s.subject = ANY (%(person_id)s)",
    "person": "s.content ->> 'subject_name' ILIKE %(person)s",
    "permission_key": "s.permission = %(permission_key)s",
    "permission": "s.content ->> 'permission_name' ILIKE %(permission)s",
    "actor": "concat_ws(E'\\n', p.made_by_name, p.started_by_name, p.approved_by_name) ILIKE %(actor)s",
    "verbs": "s.verb = ANY (%(verbs)s)",
    "states": "s.state = ANY (%(states)s)",
    "since": f"{AT} >= %(since)s",
    "until": f"{AT} <= %(until)s",
}
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
    values = {**_values(asked), "tenant": tenant_id, "limit": limit}
    found = _found(values)
    if before is not None:
        found += " AND p.id <= %(plan)s AND (p.id, s.number) < (%(plan)s, %(step)s)"
        values |= {"plan": before[0], "step": before[1]}
    return rows(f"SELECT {COLUMNS} {found} ORDER BY p.id DESC, s.number DESC LIMIT %(limit)s", values)


def count(asked: AskedChanges, *, tenant_id: int, most: int) -> int:
    """How many there are, counted up to `most`."""
    values = {**_values(asked), "tenant": tenant_id, "most": most}
    statement = f"SELECT count(*) AS found FROM (SELECT 1 {_found(values)} LIMIT %(most)s) counted"  # noqa: S608 - constants
    found: int = rows(statement, values)[0]["found"]
    return found


def _found(values: dict[str, Any]) -> str:
    return " AND ".join([FOUND, *(condition for name, condition in NARROWED.items() if name in values)])


def _values(asked: AskedChanges) -> dict[str, Any]:
    """What was asked for; what was not is missing."""
    guid = _guid(asked.person)
    values = {
        "person_id": [f"account:{guid}", f"group:{guid}"] if guid else [],
        "person": "" if guid else _like(asked.person),
        "permission_key": asked.permission if ":" in asked.permission else "",
        "permission": "" if ":" in asked.permission else _like(asked.permission),
        "actor": _like(asked.actor),
        "verbs": list(asked.verbs),
        "states": list(asked.states),
        "since": asked.since,
        "until": asked.until,
    }
    return {name: value for name, value in values.items() if value}


def _guid(text: str) -> str:
    """An object id, also where it stands behind "account:" or "group:"; "" for any other text."""
    try:
        return str(UUID(text.rpartition(":")[2])) if len(text) >= len("0" * 32) else ""
    except ValueError:
        return ""


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if text else ""
