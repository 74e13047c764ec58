"""What plans did that the present of a tenant does not show: no sync has read it, or Microsoft lists it late."""

from datetime import datetime
from typing import Any

from chamberlain.store.connection import rows
from chamberlain.store.reads.done import LAST, STATES, edge_values

EDGES = """
    , shown AS (SELECT DISTINCT ON (c.id) c.id FROM compared c WHERE c.gives <> c.is_read)
"""
# Of somebody's account the last word on each thing counts. What was set cannot be compared; a later sync has read it.
FACTS = """
    , facts AS (
        SELECT DISTINCT ON (s.subject, t.topic) s.id, s.verb, s.ended_at, s.subject
        FROM plan_step s
        JOIN (VALUES ('block', 1), ('enable', 1), ('delete_user', 2), ('restore_user', 2), ('update_user', 3),
                     ('set_plans', 4)) AS t (verb, topic) ON t.verb = s.verb
        WHERE s.tenant_id = %(tenant)s AND s.subject = %(subject)s AND s.ended_at >= %(since)s
          AND s.state = ANY (%(states)s)
        ORDER BY s.subject, t.topic, s.ended_at DESC, s.id DESC),
    unlike AS (
        SELECT f.id FROM facts f
        JOIN account a ON a.tenant_id = %(tenant)s
             AND a.guid = CASE WHEN f.subject LIKE 'account:_%%' THEN substr(f.subject, 9)::uuid END
        WHERE (f.verb = 'block' AND a.enabled) OR (f.verb = 'enable' AND NOT a.enabled)
           OR (f.verb = 'delete_user' AND a.gone_at IS NULL) OR (f.verb = 'restore_user' AND a.gone_at IS NOT NULL)
           OR (f.verb IN ('update_user', 'set_plans') AND f.ended_at >= %(began)s))
"""
TOLD = """
    SELECT s.plan_id AS plan, s.number AS step, s.verb, s.content ->> 'subject_name' AS who,
           s.content ->> 'permission_name' AS what, s.ended_at AS at, count(*) OVER () AS total
    FROM plan_step s WHERE s.id IN ({ids})
    ORDER BY s.ended_at DESC, s.id DESC LIMIT %(limit)s
"""
OF_PERSON = (
    LAST.format(narrowed="subject = %(subject)s")
    + EDGES
    + FACTS
    + TOLD.format(ids="SELECT id FROM shown UNION SELECT id FROM unlike")
)
OF_PERMISSION = LAST.format(narrowed="permission = %(permission)s") + EDGES + TOLD.format(ids="SELECT id FROM shown")


def of_person(subject: str, *, tenant_id: int, since: datetime, began: datetime, limit: int) -> list[dict[str, Any]]:
    """What plans did to somebody, the newest first; each row has the `total`.

    subject  key of an account
    since    before that, everything is known to be read
    began    when the run began that is the present
    """
    values = {**edge_values(tenant_id, since), "subject": subject, "began": began, "limit": limit, "states": STATES}
    return rows(OF_PERSON, values)


def of_permission(key: str, *, tenant_id: int, since: datetime, limit: int) -> list[dict[str, Any]]:
    """What plans did to who holds it, the newest first; each row has the `total`."""
    return rows(OF_PERMISSION, {**edge_values(tenant_id, since), "permission": key, "limit": limit})
